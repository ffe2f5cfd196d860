"""Sort recordings into classes: keywords, sounds, speakers."""
