"""Trained networks that leave torch: written as ONNX by a child, `python -m bigmodel.jobs.portable FOLDER`."""
