"""A project as one file that travels: its layout, its records, how it is written, and how it is read without trust."""
