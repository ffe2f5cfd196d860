"""Lists the tensors of a safetensors file without loading one; the library refuses holes, overlaps and false lengths."""

import math
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open


class HeaderError(ValueError):
    """The file is not a whole and honest safetensors file; the text says why, for the log."""


@dataclass(frozen=True)
class Tensor:
    """A tensor as the header describes it."""

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        return math.prod(self.shape)


def read_header(path: Path) -> list[Tensor]:
    """Return the tensors of a safetensors file.

    Raises:
        HeaderError: the file is cut, lies about a length, holds nothing, or is something else.
    """
    try:
        with safe_open(path, framework="np") as file:
            tensors = [
                Tensor(name, tuple(file.get_slice(name).get_shape()))
                for name in file.keys()  # noqa: SIM118
            ]
    except (SafetensorError, OSError, ValueError) as error:
        raise HeaderError(str(error)) from error
    if not tensors:
        raise HeaderError("no tensors")
    return tensors
