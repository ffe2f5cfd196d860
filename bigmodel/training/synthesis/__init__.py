"""A voice of one's own: pieces of a person's recordings that are joined anew, what is heard of them, and what to record next."""
