"""A network as ONNX is handed out only where it is whole and answers as torch does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import Tensor, nn

from bigmodel.core.errors import ModelError
from bigmodel.training.portable import noise, write_onnx
from bigmodel.training.standalone.networks.session import Body
from bigmodel.training.standalone.networks.torch_body import TorchBody


class Doubling(nn.Module):
    def forward(self, rows: Tensor) -> Tensor:
        return 2 * rows


class Choosing(nn.Module):
    """What it computes hangs on a number that no exporter knows."""

    def forward(self, rows: Tensor) -> Tensor:
        return rows if rows.sum().item() > 1 else -rows


class Of(TorchBody):
    def __init__(self, net: nn.Module) -> None:
        self.net = net.eval()


class Wrong(Of):
    def __call__(self, *given: Any) -> list[Any]:
        return [each + 0.01 for each in super().__call__(*given)]


def test_sides_that_differ_are_free(tmp_path: Path) -> None:
    examples = [{"rows": noise(2, 3)}, {"rows": noise(5, 3)}]
    assert write_onnx(Of(Doubling()), examples, tmp_path) == 0
    asked = noise(7, 3)
    assert np.array_equal(Body(tmp_path)(asked)[0], 2 * asked)


@pytest.mark.filterwarnings("ignore")  # the exporter warns of what it gives up
def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="onnx_not_written"):
        write_onnx(Of(Choosing()), [{"rows": noise(2, 3)}, {"rows": noise(5, 3)}], tmp_path)


def test_other_answers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="onnx_differs"):
        write_onnx(Wrong(Doubling()), [{"rows": noise(2, 3)}], tmp_path)
