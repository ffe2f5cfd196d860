"""BigModel Studio's engine: datasets, jobs, models and results. It knows nothing of any user interface."""

__version__ = "0.1.0"
