"""Models that make pictures: rectified flow, a small adversarial pair and a Gaussian as their baseline, what is measured and what is copied."""
