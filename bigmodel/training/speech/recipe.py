"""The settings of a speech training, as data: bounds, groups and defaults; it must never import torch."""

from typing import Literal

from pydantic import Field

from bigmodel.training.loop.recipe import TunedParams
from bigmodel.training.loop.recipe import in_group as _in


class SpeechParams(TunedParams):
    """Settings of a training on recordings and transcripts. Steps are optimiser steps."""

    epochs: int = Field(default=40, ge=1, le=1000, json_schema_extra=_in("time"))

    learning_rate: float = Field(default=2e-3, gt=0, le=1, json_schema_extra=_in("learning"))
    batch_size: int = Field(default=16, ge=1, le=1024, json_schema_extra=_in("learning"))
    schedule: Literal["linear", "cosine", "constant"] = Field(
        default="cosine", json_schema_extra=_in("learning")
    )
    warmup_share: float = Field(default=0.1, ge=0, le=0.9, json_schema_extra=_in("learning"))

    vary_speed: float = Field(default=1.0, ge=0, le=1, json_schema_extra=_in("data"))
    vary_noise: float = Field(default=1.0, ge=0, le=1, json_schema_extra=_in("data"))
    vary_masks: float = Field(default=1.0, ge=0, le=1, json_schema_extra=_in("data"))
    as_it_is: bool = Field(default=False, json_schema_extra=_in("time"))
    language: Literal[
        "auto", "en", "zh", "ja", "ko", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "tr",
        "ar", "hi", "vi", "th", "id",
    ] = Field(default="auto", json_schema_extra=_in("data"))  # fmt: skip
    numbers: Literal["auto", "words", "heard"] = Field(
        default="auto", json_schema_extra=_in("data")
    )
    letter_case: Literal["lower", "keep"] = Field(default="lower", json_schema_extra=_in("data"))
    speech_body: Literal["recurrent", "conformer"] = Field(
        default="recurrent", json_schema_extra=_in("learning")
    )
    beam_width: int = Field(default=8, ge=1, le=64, json_schema_extra=_in("learning"))
    letter_model: bool = Field(default=True, json_schema_extra=_in("learning"))
