"""The settings of a training that finds objects, as data: bounds, groups and defaults; it must never import torch."""

from typing import Literal

from pydantic import Field

from bigmodel.training.loop.recipe import Mirrored, TunedParams, in_group


class DetectionParams(TunedParams):
    """Settings of a training on pictures with boxes."""

    epochs: int = Field(default=20, ge=1, le=1000, json_schema_extra=in_group("time"))
    learning_rate: float = Field(default=1e-3, gt=0, le=1, json_schema_extra=in_group("learning"))
    batch_size: int = Field(default=8, ge=1, le=256, json_schema_extra=in_group("learning"))
    schedule: Literal["linear", "cosine", "constant"] = Field(
        default="cosine", json_schema_extra=in_group("learning")
    )
    weight_decay: float = Field(default=0.05, ge=0, le=1, json_schema_extra=in_group("learning"))
    clip_norm: float = Field(default=5.0, ge=0, le=100, json_schema_extra=in_group("stability"))
    averaging: float = Field(default=0.98, ge=0, lt=1, json_schema_extra=in_group("stability"))

    # Maps of the lowest level of the pyramid have sides of an eighth, those of the highest of a 64th.
    pixels: int = Field(
        default=320, ge=64, le=1024, multiple_of=32, json_schema_extra=in_group("data")
    )
    augmentation_strength: float = Field(
        default=0.6, ge=0, le=1, json_schema_extra=in_group("data")
    )
    mirrored: Mirrored = Field(default="auto", json_schema_extra=in_group("data"))
