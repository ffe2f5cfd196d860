"""Detectors of torchvision (Faster R-CNN, RetinaNet): boxes of set sizes stand everywhere and are moved onto objects; their losses are their own."""
