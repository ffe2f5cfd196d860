"""Writing and dialogue: texts in the manner of one's own."""
