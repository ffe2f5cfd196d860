"""The settings of a speech training, as data: bounds, groups and defaults; it must never import torch."""

from typing import Literal

from pydantic import Field

from bigmodel.core.task import Params
from bigmodel.training.recipe import _in


class SpeechParams(Params):
    """Settings of a training on recordings and transcripts. Steps are optimiser steps."""

    epochs: int = Field(default=40, ge=1, le=1000, json_schema_extra=_in("time"))
    patience: int = Field(default=0, ge=0, le=100, json_schema_extra=_in("time"))

    learning_rate: float = Field(default=2e-3, gt=0, le=1, json_schema_extra=_in("learning"))
    batch_size: int = Field(default=16, ge=1, le=1024, json_schema_extra=_in("learning"))
    schedule: Literal["linear", "cosine", "constant"] = Field(
        default="cosine", json_schema_extra=_in("learning")
    )
    warmup_share: float = Field(default=0.1, ge=0, le=0.9, json_schema_extra=_in("learning"))
    optimizer: Literal["adamw", "sgd"] = Field(default="adamw", json_schema_extra=_in("learning"))
    weight_decay: float = Field(default=0.01, ge=0, le=1, json_schema_extra=_in("learning"))

    accumulation: int = Field(default=1, ge=1, le=256, json_schema_extra=_in("stability"))
    clip_norm: float = Field(default=1.0, ge=0, le=100, json_schema_extra=_in("stability"))
    frozen_layers: int = Field(default=0, ge=0, le=100, json_schema_extra=_in("stability"))

    vary_speed: float = Field(default=1.0, ge=0, le=1, json_schema_extra=_in("data"))
    vary_noise: float = Field(default=1.0, ge=0, le=1, json_schema_extra=_in("data"))
    vary_masks: float = Field(default=1.0, ge=0, le=1, json_schema_extra=_in("data"))
    letter_case: Literal["lower", "keep"] = Field(default="lower", json_schema_extra=_in("data"))
    speech_body: Literal["recurrent", "conformer"] = Field(
        default="recurrent", json_schema_extra=_in("learning")
    )
    beam_width: int = Field(default=8, ge=1, le=64, json_schema_extra=_in("learning"))
    letter_model: bool = Field(default=True, json_schema_extra=_in("learning"))
    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        default="auto", json_schema_extra=_in("machine")
    )
