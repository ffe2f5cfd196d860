"""A voice of one's own: recordings with their texts in, speech that a model makes out."""
