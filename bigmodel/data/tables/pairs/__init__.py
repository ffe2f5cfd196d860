"""Columns that belong together: sentences in two languages, or passages, questions and their answers."""
