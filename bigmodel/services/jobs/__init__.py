"""Watching and controlling jobs: state, diagnosis, insights, disk use."""
