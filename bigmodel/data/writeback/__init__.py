"""A person's own table with answers added and nothing else changed; files are only opened in a limited child process.

`workbook` (parts of a package) → `sheet` (cells of one sheet) → `splice` (bytes of one part); `lines` for
delimited text, `old` for .xls. `writer` is the door.
"""
