"""The part of the voice demo for the people a model knows: handlers called as plain functions."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bigmodel.core.errors import ModelError
from bigmodel.services.inference.voices import Gone, Person, Take
from bigmodel.words import load_words
from pages.shared.demo.talks.people_view import PeopleView
from pages.shared.web.page import Context
from tests.pages.demo.test_text_demo import ask


class FakeVoices:
    """Knows one person; the second take of anybody sounds like that one."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.names = ["<b>Ann"]

    def people(self, *_asked: str) -> list[Person]:
        return [Person(name, name != "<b>Ann") for name in self.names]

    def weigh(self, _owner: str, _model: str, takes: list[Path]) -> list[Take]:
        like = ["", "<b>Ann", ""]
        return [Take(3.5, like[n], n == 1) for n in range(len(takes))]

    def enrol(
        self, _owner: str, _model: str, name: str, takes: list[Path], *, anyway: bool
    ) -> None:
        if not anyway:
            raise ModelError("takes_doubtful", count=1)
        self.said.append((name, len(takes)))
        self.names.append(name)

    def delete(self, _owner: str, _model: str, name: str) -> Gone:
        self.names.remove(name)
        return Gone(7, 2, 1)


@pytest.fixture
def voices() -> FakeVoices:
    return FakeVoices()


@pytest.fixture
def gone() -> list[str]:
    return []


@pytest.fixture
def view(voices: FakeVoices, gone: list[str]) -> PeopleView:
    uploads = SimpleNamespace(
        find=lambda _owner, file: Path(file), forget=lambda _owner, file: gone.append(file)
    )
    model = SimpleNamespace(id="m")
    inference = SimpleNamespace(
        uploads=uploads,
        resolve=lambda _owner, _model: model,
        answers_of=lambda _model: SimpleNamespace(has_claims=True),
        models=lambda _owner: [model],
    )
    services: Any = SimpleNamespace(
        words=load_words(),
        voices=voices,
        inference=inference,
        settings=SimpleNamespace(language=None),
    )
    nothing: Any = None
    made = Context(services, nothing, nothing, nothing)
    made.__dict__["notice"] = lambda _request, said: gone.append(said)
    return PeopleView(made)


def test_takes_come_one_by_one_and_are_told_before_they_count(view: PeopleView) -> None:
    value = '{"files": [{"id": "one", "name": "<i>1.wav"}]}'
    given, shown, anyway = view.add("m", [], value, ask())
    assert (len(given), anyway.visible) == (1, False)  # type: ignore[arg-type, attr-defined]
    assert "1 of 3 takes" in str(shown)
    assert "&lt;i&gt;1.wav" in str(shown)
    given, shown, anyway = view.add("m", given, value, ask("zh"))  # type: ignore[arg-type]
    assert anyway.visible  # type: ignore[attr-defined]
    assert "听起来像模型已经认识的 &lt;b&gt;Ann" in str(shown)
    assert "听起来和其他几段不像" in str(shown)
    with pytest.raises(ModelError, match="media_missing"):
        view.add("m", [], None, ask())


def test_take_that_is_left_out_is_deleted(view: PeopleView, gone: list[str]) -> None:
    given = [{"id": "one", "name": "1"}, {"id": "two", "name": "2"}]
    event: Any = SimpleNamespace(take=1)
    rest, _shown, anyway = view.leave_out("m", given, event, ask())
    assert (rest, gone, anyway.visible) == (given[:1], ["two"], False)  # type: ignore[attr-defined]


def test_new_person_is_listed_and_the_takes_go(
    view: PeopleView, voices: FakeVoices, gone: list[str]
) -> None:
    given = [{"id": str(n), "name": str(n)} for n in range(3)]
    with pytest.raises(ModelError, match="takes_doubtful"):
        view.enrol("m", given, "Zoe", False, ask())
    assert gone == []
    whole, told, whom, _asking, left, *_rest = view.enrol("m", given, "Zoe", True, ask())
    assert voices.said == [("Zoe", 3)]
    assert gone == ["0", "1", "2", "Zoe is known from now on."]
    assert (whole.visible, left) == (True, [])  # type: ignore[attr-defined]
    assert "It knows 2 people: &lt;b&gt;Ann, Zoe (added later)." in str(told)
    assert [name for name, _ in whom.choices] == ["<b>Ann", "Zoe"]  # type: ignore[attr-defined]


def test_nobody_goes_before_it_is_said_what_goes(view: PeopleView, gone: list[str]) -> None:
    question, asking = view.ask("<b>Ann", ask())
    assert "Delete &lt;b&gt;Ann for good?" in str(question)
    assert asking.visible  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match="voice_without_name"):
        view.ask(None, ask())
    _whole, told, *_rest = view.delete("m", "<b>Ann", ask())
    assert "It knows 0 people" in str(told)
    assert "7 recordings, the profile in 2 models, 1 training" in gone[0]
