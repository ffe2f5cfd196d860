"""The web shell: server, middleware, addresses, language, downloads."""
