"""What training and answering ask of a network that finds objects, whatever its kind; it loads nothing."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from bigmodel.training.detection.decoding import Floats

Boxes = tuple[Floats, Floats, NDArray[np.int64]]
Raw = Mapping[str, Tensor]
Target = Mapping[str, Tensor]  # of a picture: `boxes` in pixels of the square, and `labels`


class Finder(nn.Module):
    """A network. Its answer to a batch is raw: `losses` and `boxes` make something of it.

    It is called with pictures as fractions on squares, (pictures, 3, side, side), and with what is truly there where it
    is trained or measured.
    """

    maps: ClassVar[tuple[str, ...]]  # parts of a raw answer that boxes are made of, in order
    side: int

    @abstractmethod
    def losses(self, raw: Raw, targets: Sequence[Target]) -> Tensor:
        """Return all losses together."""

    @abstractmethod
    def decode(self, *maps: Floats) -> Boxes:
        """Return boxes in pixels of the square, scores and labels of one picture, the surest first."""

    @abstractmethod
    def rate_scales(self) -> dict[nn.Parameter, float]:
        """Return less for what has learned before than for what is new."""

    @abstractmethod
    def freeze(self, layers: int) -> None:
        """Keep the lowest layers of the body as they are."""

    @abstractmethod
    def save(self, folder: Path, labels: tuple[str, ...], threshold: float) -> None:
        """Write the network, and from which certainty on its boxes are shown."""

    def thaw(self, progress: float) -> None:
        """Nothing is kept for later."""

    def boxes(self, raw: Raw) -> list[Boxes]:
        """Return the boxes of each picture."""
        parts = (raw[name].detach().float().cpu().numpy() for name in self.maps)
        return [self.decode(*each) for each in zip(*parts, strict=True)]


def keep_norms(body: nn.Module) -> None:
    """Let norms keep the statistics of what the body was trained with before: few pictures would spoil them."""
    for part in body.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.eval()
