"""The settings of a training on voices, as data: bounds, groups and defaults; it must never import torch."""

from pydantic import Field

from bigmodel.training.audio.recipe import AudioParams
from bigmodel.training.loop.recipe import in_group


class SpeakerParams(AudioParams):
    """Settings of a training on voices."""

    most_strangers: float = Field(
        default=0.01, ge=0.001, le=0.2, json_schema_extra=in_group("data")
    )
