"""Words marked by hand: texts without labels become such in which words are marked, and a version holds what was marked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bigmodel.answers.spans import Marked
from bigmodel.core.datasets.spans import Span, parse_marks, spans_of
from bigmodel.core.errors import DatasetError, JobError
from bigmodel.core.model import TrainedModel
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import load_rows, load_task_data
from bigmodel.jobs import active_learning, attempt_folder
from bigmodel.jobs.active_learning import ScoringRequest
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.active_learning import ActiveLearning
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.labelling.proposals import ProposalService
from bigmodel.settings import Settings
from tests.fakes.reading import reading_here
from tests.fakes.scratch_store import ScratchStore

OWNER = "local"
PEOPLE = ["Ann", "Bob Lee", "Carla", "朱迪"]


class Desk:
    """Texts without labels, each with the name of a person."""

    def __init__(self, settings: Settings, folder: Path, count: int = 30) -> None:
        self.settings, self.store = settings, ScratchStore()
        self.datasets = DatasetService(settings, self.store)
        self.sorting = LabellingService(settings, self.store)
        path = folder / "notes.csv"
        lines = [f'"  😀 {PEOPLE[n % 4]} wrote  note {n}"' for n in range(count)]
        path.write_text("\n".join(["text", *lines]), "utf-8")
        with reading_here():
            self.dataset = self.datasets.import_file(OWNER, path)

    def begin(self) -> None:
        self.dataset = self.sorting.begin_drawing(OWNER, self.dataset.id)
        self.sorting.add_class(OWNER, self.dataset.id, "person")

    def look(self, **more: Any):  # type: ignore[no-untyped-def]
        return self.sorting.look(OWNER, self.dataset.id, **more)

    def mark(self, count: int) -> list[str]:
        """Mark the person in the next texts, as the page does, and return the row ids."""
        found = []
        for _ in range(count):
            row = self.look().rows[0]
            name = next(name for name in PEOPLE if name in row.shown)
            start = row.shown.index(name)
            cell = f'[[{start}, {start + len(name)}, "person", "{name}"]]'
            self.sorting.label(OWNER, self.dataset.id, row.row_id, cell)
            found.append(row.row_id)
        return found


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Desk:
    return Desk(settings, tmp_path)


def test_marked_words_are_what_a_tagger_learns(desk: Desk) -> None:
    assert desk.look().can_draw
    desk.begin()
    view = desk.look()
    assert (view.is_drawn, view.can_draw, view.medium) == (True, False, "text")
    marked = desk.mark(24)
    empty = desk.look().rows[0].row_id
    desk.sorting.label(OWNER, desk.dataset.id, empty, "[]")
    assert (desk.look().done, desk.look().is_enough) == (25, True)
    made = desk.sorting.use(OWNER, desk.dataset.id)
    assert (made.version.summary.target, made.version.summary.classes) == ("spans", {"person": 24})
    assert desk.sorting.task_of(made.version) == "token_classification"
    folder = desk.settings.home / made.version.folder
    data = load_task_data(folder, target_kind("spans"))
    rows = [
        (ident, text, spans_of(target))
        for part in (data.train, data.validation, data.test)
        for ident, text, target in zip(part.ids, part.inputs, part.targets, strict=True)
    ]
    assert {ident for ident, *_ in rows} == {*marked, empty}
    for ident, text, spans in rows:
        named = [text[span.start : span.end] for span in spans]
        assert named == ([] if ident == empty else [n for n in PEOPLE if n in text])


def test_kinds_of_marks_are_renamed_and_merged(desk: Desk) -> None:
    desk.begin()
    first, *_ = desk.mark(12)
    desk.sorting.rename_class(OWNER, desk.dataset.id, "person", "who")
    again = desk.sorting.reopen(OWNER, desk.dataset.id, first)
    assert [mark.kind for mark in parse_marks(again.label) or ()] == ["who"]
    desk.sorting.add_class(OWNER, desk.dataset.id, "people")
    desk.sorting.merge_class(OWNER, desk.dataset.id, "who", "people")
    assert {one.name: one.count for one in desk.look().classes} == {"people": 12}


def test_too_little_and_what_is_no_mark_are_said(desk: Desk) -> None:
    desk.begin()
    desk.mark(2)
    with pytest.raises(JobError, match="marks_few"):
        desk.sorting.use(OWNER, desk.dataset.id)
    row = desk.look().rows[0].row_id
    for cell, key in (("person", "marks_unreadable"), ('[[0, 3, "ghost", "Ann"]]', "class_unknown")):  # fmt: skip
        with pytest.raises(DatasetError, match=key):
            desk.sorting.label(OWNER, desk.dataset.id, row, cell)
    assert desk.look().done == 2


def test_model_marks_first_in_the_kinds_of_today(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    desk.begin()
    row = desk.look().rows[0]

    def answers(_owner: str, _model: str, texts: Sequence[str]) -> list[Marked]:
        return [Marked(text, (Span(2, 5, "old kind"),)) for text in texts]

    proposals = ProposalService(desk.settings, desk.store, answers)
    model: Any = TrainedModel.__new__(TrainedModel)
    object.__setattr__(model, "id", "m")
    object.__setattr__(model, "task", "token_classification")
    monkeypatch.setattr(proposals, "model", lambda *_: model)
    [mark] = parse_marks(proposals.label(OWNER, desk.dataset.id, row.row_id)) or []
    assert (mark.start, mark.end, mark.kind) == (2, 5, "person")
    text = load_rows(desk.settings.home / desk.dataset.version.folder, [row.row_id])["input"][0]
    assert mark.words == text[2:5]


def test_texts_whose_words_are_least_sure_come_first(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(settings, tmp_path, 60)
    desk.begin()
    asked: list[ScoringRequest] = []
    monkeypatch.setattr(ActiveLearning, "want", lambda _self, _id, one: asked.append(one))
    desk.mark(24)
    assert asked
    place = settings.scratch / "suggest"
    place.mkdir(parents=True)
    attempt_folder.write_json(place / active_learning.ASKED, asked[-1].__dict__)
    [found] = active_learning.suggest(place, settings)
    sureness = [guess[3] for guess in found.rows]
    assert len(sureness) == 60 - found.labels
    assert sureness == sorted(sureness)
    assert all(0 < one <= 1 for one in sureness)
