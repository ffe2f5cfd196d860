"""Text models: fine-tuning, baseline, prediction."""
