"""Sentences in two languages: columns of a table, or two parallel files."""
