"""The settings of a training that takes noise out of recordings, as data: bounds, groups and defaults; it must never import torch."""

from pydantic import Field

from bigmodel.training.loop.recipe import TunedParams, in_group


class EnhanceParams(TunedParams):
    """Settings of a training on noisy recordings and their clean twins. Shares go from 0 (none) to 1."""

    piece_s: float = Field(default=2.0, ge=0.3, le=10, json_schema_extra=in_group("data"))
    other_voices: float = Field(default=0.6, ge=0, le=1, json_schema_extra=in_group("data"))
    made_noise: float = Field(default=0.5, ge=0, le=1, json_schema_extra=in_group("data"))
