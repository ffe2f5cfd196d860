"""The slider of the Image tab shows what was before and after, where an answer has both."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bigmodel.answers.picture import ANSWER, Enhanced
from bigmodel.answers.transcript import ANSWER as TRANSCRIPT
from bigmodel.answers.transcript import Transcript
from bigmodel.services.inference.answered import Answered
from bigmodel.services.inference.predict import Look
from pages.image_demo import Slider

MADE = Enhanced((8, 6), 2, picture=b"after", plain=b"before")
NOBODY: Any = None


def slider(folder: Path) -> Slider:
    def fresh(name: str) -> Path:
        return folder / name

    services = SimpleNamespace(inference=SimpleNamespace(download=fresh))
    ctx: Any = SimpleNamespace(services=services, t=lambda key: key)
    return Slider(ctx)


def test_plain_and_made_pictures_slide_over_each_other(tmp_path: Path) -> None:
    [shown] = slider(tmp_path).fill(Look(Answered(ANSWER, MADE)), None, "", NOBODY)
    assert shown.visible  # type: ignore[attr-defined]
    assert (tmp_path / "before.png").read_bytes() == b"before"
    assert (tmp_path / "after.png").read_bytes() == b"after"


def test_other_answers_have_no_slider(tmp_path: Path) -> None:
    said = Look(Answered(TRANSCRIPT, Transcript("hello", 0.9)))
    for found in (said, None):
        [shown] = slider(tmp_path).fill(found, None, "", NOBODY)
        assert not shown.visible  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []
