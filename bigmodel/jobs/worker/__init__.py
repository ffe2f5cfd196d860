"""The worker process: runs one attempt of a job."""
