"""Who speaks: voices as vectors, profiles of people, and thresholds from a project's own recordings."""
