"""Where datasets, jobs, models and points last. The only package that knows SQL."""
