"""Slices lose nothing and stay small; lines survive odd texts."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bigmodel.core.task import Explanation
from bigmodel.serving import wire


@given(st.lists(st.integers(0, 300_000), max_size=200))
@settings(max_examples=50, deadline=None)
def test_slices_lose_nothing_and_stay_small(lengths: list[int]) -> None:
    texts = ["x" * length for length in lengths]
    pieces: list[Sequence[str]] = []
    while (start := sum(map(len, pieces))) < len(texts):
        pieces.append(wire.slice_from(texts, start))
    assert [text for piece in pieces for text in piece] == texts
    for piece in pieces:
        assert 1 <= len(piece) <= wire.SLICE_ROWS
        assert len(piece) == 1 or sum(map(len, piece)) <= wire.SLICE_CHARACTERS


@given(st.text(st.characters(), max_size=50))
def test_any_text_stays_on_one_line(text: str) -> None:
    line = wire.encode({"inputs": [text]})
    assert line.count(b"\n") == 1
    assert wire.decode(line) == {"inputs": [text]}


def test_explanation_survives_the_way() -> None:
    said = Explanation(
        nearest=(("a", 0.5),),
        ood_score=1.25,
        course=((0.0, 0.5, (0.25, 0.75)),),
        unreadable="broken",
    )
    for one in (said, Explanation()):
        line = wire.encode({"said": wire.from_explanation(one)})
        assert wire.to_explanation(wire.decode(line)["said"]) == one


def test_file_beside_is_only_one_of_ours(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    folder = tmp_path / "aside"
    folder.mkdir()
    for name in ("../secret", str(secret), "", 7):
        answer = {"picture": {wire.ASIDE: name}}
        assert wire.take_back(answer, folder) == answer
    packed = wire.put_aside({"picture": b"\x00\xff", "text": "a"}, folder)
    assert wire.take_back(wire.decode(wire.encode(packed)), folder) == {
        "picture": b"\x00\xff",
        "text": "a",
    }
    assert list(folder.iterdir()) == []


def test_line_that_is_no_object_is_refused() -> None:
    with pytest.raises(ValueError, match="not an object"):
        wire.decode(b"[1]\n")
