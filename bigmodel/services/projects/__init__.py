"""Projects as ZIP files: saving, checking, installing."""
