"""The supervisor process: claims jobs, watches attempts, cleans up."""
