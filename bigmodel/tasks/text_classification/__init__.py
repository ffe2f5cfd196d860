"""Sort texts into classes: sentiment, topics, spam."""
