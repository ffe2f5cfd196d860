"""The command line, one module an area: the same services as the pages, without a browser; nothing is decided here."""
