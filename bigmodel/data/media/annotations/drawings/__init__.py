"""Boxes around objects as files write them, one format a module, and how they come to the pictures as those are kept."""
