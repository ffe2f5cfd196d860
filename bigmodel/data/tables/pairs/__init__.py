"""Columns that belong together: sentences in two languages, passages with questions and answers, what is said and answered, or several to learn at once."""
