"""The settings of a training on recordings with classes, as data: bounds, groups and defaults; it must never import torch."""

from pydantic import Field

from bigmodel.training.loop.recipe import ClassParams, in_group


class AudioParams(ClassParams):
    """Settings of a training on recordings. Variations go from 0 (none) to 1."""

    clip_s: float = Field(default=0.0, ge=0, le=30, json_schema_extra=in_group("data"))
    vary_noise: float = Field(default=0.5, ge=0, le=1, json_schema_extra=in_group("data"))
    vary_masks: float = Field(default=0.5, ge=0, le=1, json_schema_extra=in_group("data"))
    vary_shift: float = Field(default=0.5, ge=0, le=1, json_schema_extra=in_group("data"))
    vary_gain: float = Field(default=0.5, ge=0, le=1, json_schema_extra=in_group("data"))
