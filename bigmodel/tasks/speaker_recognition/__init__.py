"""Say who speaks in a recording, or that it is nobody of those who are known."""
