"""The settings of a training that makes pictures, as data: bounds, groups and defaults; it must never import torch."""

from typing import Literal

from pydantic import Field

from bigmodel.training.loop.recipe import Mirrored, TunedParams, in_group

CLASS = "{class}"  # stands for the name of a class in a prompt


class GenerationParams(TunedParams):
    """Settings of a training on pictures that more are to be made of. `pixels` is the side of what small networks make.

    The last four are of adapters on a base alone.
    """

    epochs: int = Field(default=60, ge=1, le=10_000, json_schema_extra=in_group("time"))
    learning_rate: float = Field(default=1e-3, gt=0, le=1, json_schema_extra=in_group("learning"))
    batch_size: int = Field(default=64, ge=1, le=1024, json_schema_extra=in_group("learning"))
    schedule: Literal["linear", "cosine", "constant"] = Field(
        default="cosine", json_schema_extra=in_group("learning")
    )
    averaging: float = Field(default=0.998, ge=0, lt=1, json_schema_extra=in_group("stability"))

    # The network halves its maps twice, and its groups of channels want maps of more than one place.
    pixels: int = Field(default=32, ge=16, le=64, multiple_of=8, json_schema_extra=in_group("data"))
    mirrored: Mirrored = Field(default="auto", json_schema_extra=in_group("data"))

    rank: int = Field(default=16, ge=1, le=256, json_schema_extra=in_group("learning"))
    alpha: int = Field(default=16, ge=1, le=1024, json_schema_extra=in_group("learning"))
    # A latent is an eighth as wide, and the network halves it three times.
    tuned_pixels: int = Field(
        default=512, ge=64, le=1024, multiple_of=64, json_schema_extra=in_group("data")
    )
    prompt: str = Field(
        default=f"a photo of {CLASS}", max_length=200, json_schema_extra=in_group("data")
    )
