"""Who is there, on an installation that several people share: the gate, and the page to come in by."""
