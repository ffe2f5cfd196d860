"""The settings of a training on pictures, as data: bounds, groups and defaults; it must never import torch."""

from typing import Literal

from pydantic import Field

from bigmodel.training.loop.recipe import ClassParams, Mirrored, in_group


class ImageParams(ClassParams):
    """Settings of a training on pictures with classes. Strengths go from 0 (none) to 1."""

    epochs: int = Field(default=20, ge=1, le=1000, json_schema_extra=in_group("time"))
    learning_rate: float = Field(default=3e-3, gt=0, le=1, json_schema_extra=in_group("learning"))
    batch_size: int = Field(default=64, ge=1, le=1024, json_schema_extra=in_group("learning"))
    schedule: Literal["linear", "cosine", "constant"] = Field(
        default="cosine", json_schema_extra=in_group("learning")
    )
    warmup_share: float = Field(default=0.1, ge=0, le=0.9, json_schema_extra=in_group("learning"))

    # As `picture_side` reads it.
    pixels: int = Field(default=96, ge=0, le=512, json_schema_extra=in_group("data"))
    # As `learned_side` reads it.
    crop_share: float = Field(default=1.0, ge=0.5, le=1, json_schema_extra=in_group("data"))
    augmentation: Literal["none", "crop_flip", "colour", "randaugment"] = Field(
        default="colour", json_schema_extra=in_group("data")
    )
    augmentation_strength: float = Field(
        default=0.6, ge=0, le=1, json_schema_extra=in_group("data")
    )
    mirrored: Mirrored = Field(default="auto", json_schema_extra=in_group("data"))
    mixing: Literal["none", "mixup", "cutmix", "both"] = Field(
        default="none", json_schema_extra=in_group("data")
    )
    layer_decay: float = Field(default=1.0, ge=0.3, le=1, json_schema_extra=in_group("stability"))
    unfreezing: float = Field(default=0.0, ge=0, le=1, json_schema_extra=in_group("stability"))
    flip_answers: bool = Field(default=True, json_schema_extra=in_group("data"))
