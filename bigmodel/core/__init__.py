"""Pure values and contracts that every layer shares: standard library and pydantic only, no files, no clocks read at import."""
