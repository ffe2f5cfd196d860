"""Columns that belong together: sentences in two languages, passages with questions and answers, or what is said and answered."""
