"""The settings of a training that makes pictures sharper or cleaner, as data: bounds, groups and defaults; it must never import torch."""

from typing import Literal

from pydantic import Field

from bigmodel.training.loop.recipe import TunedParams, in_group


class EnhanceParams(TunedParams):
    """Settings of a training on clear pictures, or on pairs."""

    scale: int = Field(default=2, ge=1, le=4, json_schema_extra=in_group("data"))
    damage: float = Field(default=0.0, ge=0, le=1, json_schema_extra=in_group("data"))
    patch: int = Field(default=32, ge=8, le=256, json_schema_extra=in_group("data"))
    patches: int = Field(default=3200, ge=16, le=1_000_000, json_schema_extra=in_group("time"))
    blocks: int = Field(default=8, ge=1, le=64, json_schema_extra=in_group("learning"))
    channels: int = Field(
        default=48, ge=8, le=256, multiple_of=8, json_schema_extra=in_group("learning")
    )

    epochs: int = Field(default=15, ge=1, le=1000, json_schema_extra=in_group("time"))
    learning_rate: float = Field(default=1e-3, gt=0, le=1, json_schema_extra=in_group("learning"))
    schedule: Literal["linear", "cosine", "constant"] = Field(
        default="cosine", json_schema_extra=in_group("learning")
    )
    warmup_share: float = Field(default=0.02, ge=0, le=0.9, json_schema_extra=in_group("learning"))
    weight_decay: float = Field(default=0.0, ge=0, le=1, json_schema_extra=in_group("learning"))
    clip_norm: float = Field(default=0.5, ge=0, le=100, json_schema_extra=in_group("stability"))
    averaging: float = Field(default=0.995, ge=0, lt=1, json_schema_extra=in_group("stability"))
