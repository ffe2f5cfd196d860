"""Results of trained models: predictions, comparison, export."""
