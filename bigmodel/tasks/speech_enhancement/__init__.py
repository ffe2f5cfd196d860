"""Take the noise out of recordings of speech."""
