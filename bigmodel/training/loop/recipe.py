"""The settings that every fine-tuning shares, and those of texts, as data: bounds, groups and defaults; it must never import torch."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bigmodel.core.task import Params


def in_group(group: str) -> dict[str, Any]:
    """Name the group of the form that a field stands in."""
    return {"group": group}


_in = in_group  # the fields below are many


def _as_word(value: object) -> object:
    """Return the word for a switch, which this setting was once."""
    return ("yes" if value else "no") if isinstance(value, bool) else value


# auto: as `images.mirroring` finds it in the pictures to learn from
Mirrored = Annotated[Literal["auto", "yes", "no"], BeforeValidator(_as_word)]

# Below 32 pixels the last maps are single points, on which bf16 convolutions of torch 2.11 answer by chance.
LEAST_SIDE = 32
FEW_PICTURES, SIDE_OF_FEW, SIDE_OF_MANY = 1_000, 224, 160
SIDE_STEP = 32  # by which networks halve a picture five times


def picture_side(pixels: int, rows: int) -> int:
    """Return the side of pictures in pixels that a setting stands for; 0: large where there are few to learn from.

    Measured by cross-validation on 244 photos: 160 pixels 91.8 %, 192 93.6 %, 224 95.1 %. Many pictures need the time for more epochs.
    """
    if pixels == 0:
        return SIDE_OF_FEW if rows < FEW_PICTURES else SIDE_OF_MANY
    return max(LEAST_SIDE, pixels)


def learned_side(side: int, share: float) -> int:
    """Return the side in pixels of the crops that are learned from, where pictures are answered at `side`.

    A crop shows things larger than the whole picture does, so a smaller one shows them as large as they will be
    asked about, and costs less (Touvron et al. 2019).
    """
    if share >= 1:
        return side
    return max(LEAST_SIDE, SIDE_STEP * round(side * share / SIDE_STEP))


class TunedParams(Params):
    """Settings of a training by gradient descent. Steps are optimiser steps; a batch counts rows before accumulation."""

    epochs: int = Field(default=3, ge=1, le=1000, json_schema_extra=_in("time"))
    patience: int = Field(default=0, ge=0, le=100, json_schema_extra=_in("time"))

    learning_rate: float = Field(default=5e-5, gt=0, le=1, json_schema_extra=_in("learning"))
    batch_size: int = Field(default=16, ge=1, le=1024, json_schema_extra=_in("learning"))
    schedule: Literal["linear", "cosine", "constant"] = Field(
        default="linear", json_schema_extra=_in("learning")
    )
    warmup_share: float = Field(default=0.06, ge=0, le=0.9, json_schema_extra=_in("learning"))
    optimizer: Literal["adamw", "sgd"] = Field(default="adamw", json_schema_extra=_in("learning"))
    weight_decay: float = Field(default=0.01, ge=0, le=1, json_schema_extra=_in("learning"))

    accumulation: int = Field(default=1, ge=1, le=256, json_schema_extra=_in("stability"))
    clip_norm: float = Field(default=1.0, ge=0, le=100, json_schema_extra=_in("stability"))
    frozen_layers: int = Field(default=0, ge=0, le=100, json_schema_extra=_in("stability"))
    averaging: float = Field(default=0.0, ge=0, lt=1, json_schema_extra=_in("stability"))

    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        default="auto", json_schema_extra=_in("machine")
    )


class TagParams(TunedParams):
    """Settings of a training that marks words of texts."""

    max_tokens: int = Field(default=192, ge=16, le=8192, json_schema_extra=_in("data"))


class ExtractParams(TunedParams):
    """Settings of a training that finds answers in passages."""

    window_tokens: int = Field(default=256, ge=32, le=8192, json_schema_extra=_in("data"))
    answer_tokens: int = Field(default=60, ge=1, le=512, json_schema_extra=_in("data"))


class ClassParams(TunedParams):
    """Settings of a training that may sort into classes."""

    label_smoothing: float = Field(default=0.0, ge=0, le=0.5, json_schema_extra=_in("stability"))
    class_weights: Literal["none", "balanced"] = Field(
        default="none", json_schema_extra=_in("data")
    )


class TextParams(ClassParams):
    """Settings of a training on texts."""

    max_tokens: int = Field(default=128, ge=8, le=8192, json_schema_extra=_in("data"))


class ColumnsParams(TextParams):
    """Settings of a training on texts that answers several columns."""

    compare_apart: bool = Field(default=False, json_schema_extra=_in("time"))
