"""The settings of a translation training, as data: bounds, groups and defaults; it must never import torch."""

from pydantic import Field

from bigmodel.training.loop.recipe import TunedParams
from bigmodel.training.loop.recipe import in_group as _in


class TranslationParams(TunedParams):
    """Settings of a training on pairs of sentences."""

    epochs: int = Field(default=10, ge=1, le=1000, json_schema_extra=_in("time"))
    max_tokens: int = Field(default=96, ge=8, le=1024, json_schema_extra=_in("data"))
    label_smoothing: float = Field(default=0.1, ge=0, le=0.5, json_schema_extra=_in("stability"))
    beam_width: int = Field(default=4, ge=1, le=64, json_schema_extra=_in("learning"))
