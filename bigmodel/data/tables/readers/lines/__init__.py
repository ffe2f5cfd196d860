"""Text files that are read line by line or in blocks: with classes, tags, turns, or nothing but texts."""
