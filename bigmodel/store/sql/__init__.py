"""The store in a relational database: a class for each aggregate, on SQLite or PostgreSQL."""
