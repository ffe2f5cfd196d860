"""EfficientNet-Lite0 (Tan & Le 2019, without squeeze and excitation) from a state dict in the order of timm's own."""

from collections.abc import Mapping
from pathlib import Path

import timm

from bigmodel.training.conversion.safe_folder import read_pickle, require_same, write_model

ARCHITECTURE = "tf_efficientnet_lite0"
CLASSES = 1_000


def convert(files: Mapping[str, bytes], folder: Path) -> None:
    """Write timm's folder; the names of the source differ, the order of its tensors does not."""
    (content,) = files.values()
    given = read_pickle(content)
    model = timm.create_model(ARCHITECTURE, pretrained=False)
    weights = dict(zip(model.state_dict(), given.values(), strict=True))
    require_same(model, weights)
    config = {
        "architecture": ARCHITECTURE,
        "num_classes": CLASSES,
        "num_features": model.num_features,
        "pretrained_cfg": {
            "input_size": [3, 224, 224],
            "interpolation": "bicubic",
            "crop_pct": 0.875,
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "num_classes": CLASSES,
            "classifier": "classifier",
            "first_conv": "conv_stem",
        },
    }
    write_model(folder, config, weights)
