"""Converters of downloaded weights into folders of safetensors, one file a layout; none may run or import what came with them."""
