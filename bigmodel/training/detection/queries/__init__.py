"""Detectors of Transformers (DETR and kin): each of some queries answers one object or none; their loss and their boxes are their own."""
