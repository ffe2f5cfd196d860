"""Finding the answer to a question in a passage: candidates and their ranking, windows, fine-tuning to start and end."""
