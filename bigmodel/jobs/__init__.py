"""Jobs from queue to outcome: the supervisor, its workers and how they are launched."""
