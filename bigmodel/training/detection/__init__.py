"""Finding objects in pictures: a one-stage detector on a pyramid of features, the median box as its baseline, thresholds and prediction."""
