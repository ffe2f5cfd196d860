"""Sort pictures into classes: kinds of flowers, good and broken parts, whose cat it is."""
