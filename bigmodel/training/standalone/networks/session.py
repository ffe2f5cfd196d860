"""Networks as ONNX, asked with arrays and without torch; it takes the place of other bodies in programs that go along with ONNX."""

from pathlib import Path
from typing import Any

import onnxruntime

ONNX = "model.onnx"
Array = Any  # numpy arrays of numbers


class Body:
    """The network beside a program."""

    def __init__(self, folder: Path, *_: object) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors alone
        self._session = onnxruntime.InferenceSession(
            str(folder / ONNX), options, providers=["CPUExecutionProvider"]
        )
        self._names = [each.name for each in self._session.get_inputs()]

    def __call__(self, *given: Array) -> list[Array]:
        made: list[Array] = self._session.run(None, dict(zip(self._names, given, strict=True)))
        return made
