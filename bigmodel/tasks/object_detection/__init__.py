"""Object detection: pictures in, boxes with kinds out."""
