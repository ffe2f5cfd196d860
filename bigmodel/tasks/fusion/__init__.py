"""Learn from several media at once: texts, numbers, pictures and recordings of the same rows."""
