"""Reading tables: encodings, headers, cells and formats."""
