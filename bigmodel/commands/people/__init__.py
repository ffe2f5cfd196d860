"""Commands about people: accounts of an installation, and those whom a model knows by their voice."""
