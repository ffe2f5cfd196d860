"""Audio models: fine-tuning, baseline, clips and windows, prediction."""
