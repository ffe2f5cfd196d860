"""Image models: fine-tuning, baseline, augmentation, prediction."""
