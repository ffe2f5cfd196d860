"""The expected time of a training: it grows with what it should, and nothing heavy is loaded for it."""

from pathlib import Path

import pytest

from bigmodel.core.model import Base
from bigmodel.core.task import Medium
from bigmodel.training.loop import cost_estimate
from bigmodel.training.loop.cost_estimate import Amount
from bigmodel.training.loop.recipe import TextParams

SMALL = Base("small", "embedded", parameters_m=22.7)
LARGE = Base("large", "hub", parameters_m=103)


def minutes(base: Base = SMALL, *, rows: int = 1000, cores: int = 2, **settings: int) -> float:
    return cost_estimate.minutes(
        base, TextParams.model_validate(settings), Amount(rows, 80.0), cores
    )


def test_more_work_takes_longer() -> None:
    assert minutes() < minutes(rows=5000)
    assert minutes(epochs=1) < minutes(epochs=9)
    assert minutes() < minutes(LARGE)
    assert minutes(cores=8) < minutes(cores=2)


def test_instant_stands_in_seconds() -> None:
    assert minutes(Base("instant", "instant")) < 0.5


def test_small_encoder_reads_about_140_messages_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text("flags : avx512_bf16 sse2")
    monkeypatch.setattr(cost_estimate, "PROCESSOR", tmp_path / "cpuinfo")
    rate = 4459 * 3 / ((minutes(rows=4459, epochs=3) - minutes(rows=0)) * 60)
    assert 70 < rate < 280


def test_unreadable_processor_counts_as_plain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost_estimate, "PROCESSOR", tmp_path / "nothing")
    assert not cost_estimate.has_bf16()


@pytest.mark.parametrize(("medium", "length"), [(Medium.IMAGE, 256.0), (Medium.AUDIO, 1000.0)])
def test_a_thousand_pictures_or_sounds_take_minutes(medium: Medium, length: float) -> None:
    scratch, amount = Base("scratch", "scratch"), Amount(1000, length, medium)
    params = TextParams.model_validate({"epochs": 20})
    assert 0.1 < cost_estimate.minutes(scratch, params, amount, 2) < 20
    more = Amount(4000, length, medium)
    assert cost_estimate.minutes(scratch, params, more, 2) > cost_estimate.minutes(
        scratch, params, amount, 2
    )


def test_frozen_encoder_of_one_medium_among_several_takes_minutes() -> None:
    eye = Base("picture-features", "features", size_mb=19.0)
    found = [minutes(eye, rows=rows) for rows in (150, 15_000)]
    assert 0.1 < found[0] < found[1] < 60
