"""The settings of a training that writes, as data: bounds, groups and defaults; it must never import torch."""

from pydantic import Field

from bigmodel.training.loop.recipe import TunedParams
from bigmodel.training.loop.recipe import in_group as _in


class WritingParams(TunedParams):
    """Settings of a training on running text or conversations."""

    epochs: int = Field(default=10, ge=1, le=1000, json_schema_extra=_in("time"))
    max_tokens: int = Field(default=256, ge=16, le=2048, json_schema_extra=_in("data"))
    rank: int = Field(default=16, ge=1, le=256, json_schema_extra=_in("learning"))  # of adapters
