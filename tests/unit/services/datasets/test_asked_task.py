"""A file that is brought for a task is read as that task learns it: its target kind, its columns, its files."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.core.target import TargetKind
from bigmodel.data.ingest.importer import Answers, read_upload
from bigmodel.data.tables.guess import guess_columns
from bigmodel.data.targets import target_kind
from bigmodel.data.targets.none import NoTarget
from bigmodel.data.targets.text import TextKind
from bigmodel.data.versions.versions import load_task_data
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.results.evaluation_set import read_evaluation_set
from bigmodel.tasks import find_tasks
from tests.fakes.media_zips import write_pictures, write_speech
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import TASKS, quick_settings

OPEN = TASKS.parent / "open_tasks"
PAIR = TASKS.parent / "pair_task"
OWNER = "local"
WORDS = [
    "soup",
    "tower",
    "harbour",
    "market",
    "garden",
    "window",
    "river",
    "letter",
    "button",
    "candle",
]


@pytest.fixture
def service(tmp_path: Path) -> DatasetService:
    return DatasetService(
        quick_settings(tmp_path / "home", task_folders=(OPEN, PAIR)), ScratchStore()
    )


def lines(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows, ""]), "utf-8")
    return path


def pairs(folder: Path, rows: int = 60) -> Path:
    texts = [" ".join(WORDS[(n * step) % 10] for step in (1, 3, 7)) + f" {n}" for n in range(rows)]
    return lines(folder / "pairs.csv", "quiet,loud", *(f"{text},{text.upper()}" for text in texts))


def test_second_column_of_texts_is_learned_where_the_task_writes(
    service: DatasetService, tmp_path: Path
) -> None:
    version = service.import_file(OWNER, pairs(tmp_path), task="shout").version
    assert (version.recipe.input, version.recipe.target) == ("quiet", "loud")
    assert (version.recipe.kind, version.summary.target) == ("text", "text")
    assert version.summary.problems == ()
    back = service.import_file(OWNER, pairs(tmp_path), task="shout", text="loud").version
    assert (back.recipe.input, back.recipe.target) == ("loud", "quiet")


def test_column_of_texts_that_somebody_chose_is_learned_only_where_some_task_writes(
    service: DatasetService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (f"{WORDS[n % 10]} {WORDS[n % 7]} number {n},answer {n}" for n in range(60))
    path = lines(tmp_path / "answers.csv", "quiet,loud", *rows)
    version = service.import_file(OWNER, path, text="quiet", label="loud").version
    assert version.recipe.kind == "text"
    others = DatasetService(quick_settings(tmp_path / "other", task_folders=()), ScratchStore())
    sorting = {name: task for name, task in find_tasks().items() if task.target != "text"}
    monkeypatch.setattr("bigmodel.services.datasets.datasets.find_tasks", lambda _: sorting)
    with pytest.raises(DatasetError, match="label_not_classes"):
        others.import_file(OWNER, path, text="quiet", label="loud")


def test_digits_are_classes_or_amounts_as_the_task_has_them(
    service: DatasetService, tmp_path: Path
) -> None:
    path = lines(
        tmp_path / "stars.csv", "review,stars", *(f"soup {n},{n % 30}" for n in range(300))
    )
    summary = service.import_file(OWNER, path).version.summary
    assert summary.target == "number"
    assert (
        service.import_file(OWNER, path, task="text_classification").version.summary.target
        == "label"
    )
    assert (
        service.import_file(OWNER, path, task="text_regression").version.summary.target == "number"
    )


def test_columns_called_as_the_task_calls_its_inputs_are_read(
    service: DatasetService, tmp_path: Path
) -> None:
    rows = [f"old town {n},where {n},{'yes' if n % 2 else 'no'},long note {n}" for n in range(60)]
    named = lines(tmp_path / "named.csv", "Context,Question,Answered,Extra", *rows)
    recipe = service.import_file(OWNER, named, task="pair", label="Answered").version.recipe
    assert (recipe.inputs, recipe.target) == (("Question", "Context"), "Answered")
    plain = lines(tmp_path / "plain.csv", "a,b,label", *(row.rpartition(",")[0] for row in rows))
    recipe = service.import_file(OWNER, plain, task="pair").version.recipe
    assert (sorted(recipe.inputs), recipe.target) == (["a", "b"], "label")
    told = service.import_file(OWNER, plain, task="pair", text="b", more=["a"]).version.recipe
    assert told.inputs == ("b", "a")


def test_table_that_lacks_a_column_to_read_is_refused(
    service: DatasetService, tmp_path: Path
) -> None:
    path = lines(
        tmp_path / "half.csv", "text,label", *(f"some text {n},{n % 2}" for n in range(60))
    )
    with pytest.raises(DatasetError) as raised:
        service.import_file(OWNER, path, task="pair")
    assert raised.value.key == "inputs_lacking"
    assert raised.value.args_of_words == {"asked": 2, "found": "text", "known": "text, label"}


def test_rows_without_targets_are_learned_where_the_task_needs_none(
    service: DatasetService, tmp_path: Path
) -> None:
    rows = [f"{' '.join(WORDS[n % 10 :])} number {n}" for n in range(80)]
    path = lines(tmp_path / "texts.csv", "text", *rows)
    version = service.import_file(OWNER, path, task="onward").version
    assert (version.recipe.target, version.summary.target) == ("", "none")
    assert version.summary.usable_rows == 80
    assert version.summary.problems == ()
    kind = target_kind("none")
    data = load_task_data(service._settings.home / version.folder, kind)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [64, 8, 8]
    upload = read_upload(path, service._settings, answers=Answers(kind=kind.name))
    asked = read_evaluation_set(upload, version.recipe, kind, ())
    assert (asked.inputs[0], set(asked.truth), len(asked.inputs)) == (rows[0], {""}, 80)


def test_pictures_of_which_nothing_is_said_are_taken_where_the_task_needs_no_more(
    service: DatasetService, tmp_path: Path
) -> None:
    path = write_pictures(tmp_path / "colours.zip", each=6)
    plain = service.import_file(OWNER, path).version
    assert (plain.recipe.form, plain.summary.target) == (Form.FOLDERS, "label")
    alone = service.import_file(OWNER, path, task="onward").version
    assert (alone.recipe.form, alone.summary.target) == (Form.FILES, "none")
    assert alone.summary.usable_rows == 12
    assert alone.summary.classes == {}
    tested = service.set_test_file(
        OWNER,
        service.import_file(OWNER, path, task="onward").id,
        write_pictures(tmp_path / "t.zip", 2),
    )
    assert tested.version.recipe.form == Form.FILES


class Marked(TargetKind):
    name = "marked"

    def recognises(self, values: Sequence[str]) -> bool:
        return all(value.startswith("[[") for value in values)

    errors = strata = None  # type: ignore[assignment]


def test_kind_knows_its_column_by_the_values() -> None:
    long = "[[0, 4, 'a place that is named at length and looks like a text']]"
    sample = {"note": ["soup by the sea"] * 9, "x": [long] * 9, "y": ["a", "b", "c"] * 3}
    marked = type("Known", (Marked,), {"errors": lambda *_: (), "strata": lambda *_: None})()
    assert guess_columns(sample, known=[marked]).label == "x"
    assert guess_columns(sample, known=[marked]).text == "note"
    assert guess_columns(sample, known=[marked], label="y").label == "y"
    assert guess_columns(sample).label == "y"


@pytest.mark.parametrize("is_turned", [False, True])
def test_what_came_as_the_target_is_read_where_the_kind_is_turned(
    service: DatasetService, tmp_path: Path, is_turned: bool
) -> None:
    version = service.import_file(OWNER, write_speech(tmp_path / "said.zip", clips=24)).version
    kind = type("Turned", (TextKind,), {"is_turned": is_turned})()
    folder = service._settings.home / version.folder
    rows = load_task_data(folder, kind).train
    paths = rows.targets if is_turned else rows.inputs
    texts = rows.inputs if is_turned else rows.targets
    assert all(Path(path).is_file() for path in paths)
    assert all(text and not text.endswith(".flac") for text in texts)
    path = tmp_path / "said.zip"
    upload = read_upload(path, service._settings)
    asked = read_evaluation_set(upload, version.recipe, kind, ())
    assert Path((asked.truth if is_turned else asked.inputs)[0]).is_file()
    upload.discard()


def test_targets_that_are_files_are_paths_as_the_inputs_are(
    service: DatasetService, tmp_path: Path
) -> None:
    version = service.import_file(OWNER, write_pictures(tmp_path / "c.zip", each=6)).version
    folder = service._settings.home / version.folder
    kind = type("Files", (NoTarget,), {"is_file": True})()
    data = load_task_data(folder, kind)
    assert {Path(path).parent for path in data.train.targets} == {folder.parent / "media"}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("text,entities", '{0} went home,"[[0, 3, ""PERSON""]]"'),
        ("context,question,answer", "it stands by the harbour of town {0} today,where is {0},harbour of town {0}"),
    ],
)  # fmt: skip
def test_tables_of_other_tasks_are_not_translated_unasked(
    service: DatasetService, tmp_path: Path, header: str, row: str
) -> None:
    path = lines(tmp_path / "t.csv", header, *(row.format(f"No{n}") for n in range(40)))
    with pytest.raises(DatasetError, match="pairs_of_other_task"):
        service.import_file(OWNER, path, task="translation")
