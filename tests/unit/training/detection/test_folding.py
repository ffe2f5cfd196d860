"""A body without its norms and its margins answers the same; one whose norms stand elsewhere stays as it is."""

from typing import Any

import pytest
import timm
import torch
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn

from bigmodel.training.detection.folding import fold_norms


def stirred(body: nn.Module) -> nn.Module:
    """Return a body whose norms do something."""
    torch.manual_seed(0)
    for part in body.modules():
        if isinstance(part, nn.BatchNorm2d):
            for values in (part.weight, part.bias, part.running_mean):
                nn.init.normal_(values, 0.5, 0.2)
    return body.eval()


def norms_in(body: nn.Module) -> int:
    return sum(isinstance(part, nn.BatchNorm2d) for part in body.modules())


class Crossed(nn.Module):
    """Its norm stands after a convolution, and works before it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        return [self.conv(self.norm(pictures))]


@pytest.mark.parametrize(
    "name", ["test_resnet", "test_efficientnet", "tf_mobilenetv3_small_minimal_100"]
)
def test_body_without_norms_answers_the_same(name: str) -> None:
    body: Any = timm.create_model(name, features_only=True)
    made = fold_norms(stirred(body), 64)
    assert norms_in(made) < norms_in(body)
    assert not any(isinstance(part, Conv2dSame) for part in made.modules())
    pictures = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        for one, other in zip(body(pictures), made(pictures), strict=True):
            assert torch.allclose(one, other, atol=1e-4)


def test_body_whose_norms_stand_elsewhere_stays() -> None:
    body = stirred(Crossed())
    assert fold_norms(body, 16) is body
