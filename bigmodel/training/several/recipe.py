"""The settings of a model from several media, as data: bounds, groups and defaults; it must never import torch."""

from pydantic import Field

from bigmodel.training.loop.recipe import ClassParams, in_group


class FusionParams(ClassParams):
    """Settings of a training on rows of several media."""

    hidden: int = Field(default=32, ge=4, le=1024, json_schema_extra=in_group("learning"))
    dropped: float = Field(default=0.3, ge=0, le=0.9, json_schema_extra=in_group("stability"))
