"""What a table is by its shape: marks that quote, cells beyond the columns, keys of JSON that say something, columns without words."""
