"""Files of several sheets or tables: one is chosen as it looks or as a person asks, and what else is there is said."""
