"""Values of manual labels: class names and the log of label events."""
