"""What the app itself costs: the page, the queue, live points, a busy machine."""
