"""Mark words in texts: people, places, organisations and every other kind of name."""
