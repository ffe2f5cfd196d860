"""A task that reads two columns of a row: dataset version, training, answers, boxes, tables and export hold both."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.clock import now
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.datasets.inputs import each_part, in_short, join_inputs, parts_of
from bigmodel.core.errors import DatasetError, JobError, ModelError
from bigmodel.core.events import Kind, decode
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.core.message import Message
from bigmodel.data.cleaning import clean_texts
from bigmodel.data.versions.versions import load_rows
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.attempt_folder import Attempt
from bigmodel.jobs.worker.attempt import run_attempt
from bigmodel.jobs.worker.reporter import WorkerReporter
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.inference.export_table import ExportTableService
from bigmodel.services.inference.predict import InferenceService
from bigmodel.services.training.training import TrainingService
from bigmodel.serving.pool import Serving
from bigmodel.store.base import Store
from bigmodel.tasks import get_task
from bigmodel.words import load_words
from pages.shared.demo.standalone import Alone
from pages.shared.web.page import LOCAL_OWNER, Context
from pages.text_demo import TextDemo
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.workshop import TASKS, quick_settings

FOLDER = TASKS.parent / "pair_task"
PLACES = ("harbour", "tower", "market", "garden")
WORDS = load_words((FOLDER,))
NOBODY: Any = None


def table(path: Path, rows: int = 100, *, context: str = "context") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", "question", context, "answered"])
        for n in range(rows):
            place, other = PLACES[n % 4], PLACES[(n + 1) % 4]
            is_there = n % 3 != 0
            said = f"people say that the {place if is_there else other} is old, number {n}"
            out.writerow([n, f"where is the {place}", said, "yes" if is_there else "no"])
    return path


def ask() -> gr.Request:
    return gr.Request(
        request=Request(
            {"type": "http", "state": {"owner": LOCAL_OWNER}, "headers": [], "query_string": b""}
        )
    )


@dataclass
class Made:
    store: Store
    datasets: DatasetService
    demo: InferenceService
    dataset: Dataset
    model: str
    folder: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A model trained by a real attempt on two columns of a table."""
    place = tmp_path_factory.mktemp("pair")
    settings = quick_settings(place / "home", task_folders=(TASKS, FOLDER))
    store, serving = ScratchStore(), Serving(settings)
    datasets = DatasetService(settings, store)
    dataset = datasets.import_file(LOCAL_OWNER, table(place / "asked.csv"), label="answered")
    dataset = datasets.choose_columns(
        LOCAL_OWNER, dataset.id, text="question", label="answered", more=["context"]
    )
    job = Job(
        new_id(), LOCAL_OWNER, new_id(), "pair", "pair", dataset.id, 2, "scratch", "fast", {}, now()
    )
    store.jobs.submit(job)
    claimed = store.jobs.claim(now())
    assert claimed
    store.jobs.move(job.id, claimed.token, State.STARTING, State.RUNNING, at=now())
    folder = settings.jobs / job.id / "1"
    base = {"name": "scratch", "kind": "scratch", "folder": None}
    attempt = Attempt(job.id, 1, "pair", "pair", {"base": "scratch"}, base, dataset.version.folder)
    attempt_folder.write_attempt(folder, attempt)
    run_attempt(folder, settings, WorkerReporter(folder, settings.home, 1))
    events = [
        replace(event, data={**event.data, "labels": ["no", "yes"]})  # as the supervisor adds them
        for event in decode((folder / attempt_folder.EVENTS).read_bytes())[0]
        if event.kind == Kind.RESULT
    ]
    assert store.jobs.ingest(job.id, 1, 0, 1, events, now())
    demo = InferenceService(settings, store, serving)
    try:
        yield Made(store, datasets, demo, dataset, demo.resolve(LOCAL_OWNER, job.id).id, place)
    finally:
        serving.close()


def test_parts_are_joined_and_parted_whatever_they_hold() -> None:
    assert parts_of(join_inputs(["a\n\nb ", " c\u2063d"])) == ("a\n\nb", "cd")
    assert join_inputs([" one "]) == "one"
    assert join_inputs(["", "context alone"]) == ""
    assert in_short(join_inputs(["a long passage", "who?"])) == "who? · a long passage"
    assert in_short("one\ntext") == "one\ntext"
    assert parts_of(join_inputs(["question alone", ""]).strip()) == ("question alone", "")


def test_cleaning_never_meets_the_mark_between_parts() -> None:
    text = join_inputs(["<b>one</b>", " two\u200b "])
    assert parts_of(each_part([text], partial(clean_texts, steps=("html",)))[0])[0] == "one"
    assert each_part(["a", "b"], lambda parts, *, place: [part * 2 for part in parts]) == [
        "aa",
        "bb",
    ]


def test_version_holds_both_columns(made: Made) -> None:
    assert made.dataset.version.recipe.inputs == ("question", "context")
    rows = load_rows(made.demo._settings.home / made.dataset.version.folder)
    assert parts_of(rows["input"][1]) == (
        "where is the tower", "people say that the tower is old, number 1",
    )  # fmt: skip
    assert len(set(rows["content_hash"])) == 100


def test_only_a_task_of_as_many_columns_is_offered_and_taken(made: Made) -> None:
    training = TrainingService(made.demo._settings, made.store, NOBODY, NOBODY)
    assert training.guess_task(made.dataset) == "pair"
    one = made.datasets.import_file(LOCAL_OWNER, made.folder / "asked.csv", label="answered")
    assert training.guess_task(one) != "pair"
    for dataset, task in ((one, "pair"), (made.dataset, "toy_copy")):
        with pytest.raises(JobError, match="inputs_differ"):
            training._require_fit(dataset, get_task(task, made.demo._settings.task_folders))


def test_predictor_gets_both_and_lacks_neither(made: Made) -> None:
    question = "where is the market"
    asked = [join_inputs([question, text]) for text in ("the market is old", "nothing known")]
    found = made.demo.look_texts(LOCAL_OWNER, made.model, asked)
    assert [one.answer.text for one in found] == ["yes", "no"]
    with pytest.raises(ModelError, match="inputs_missing"):
        made.demo.look_texts(LOCAL_OWNER, made.model, [question])


def test_demo_shows_a_box_for_each(made: Made) -> None:
    services: Any = SimpleNamespace(
        words=WORDS,
        inference=made.demo,
        settings=made.demo._settings,
        results=SimpleNamespace(
            results=lambda *_: SimpleNamespace(sentence=Message("results.remarks.few_rows", {"rows": 7}))
        ),
    )  # fmt: skip
    demo = TextDemo(Context(services, NOBODY, NOBODY, NOBODY))
    demo._build_question()
    model = made.demo.resolve(LOCAL_OWNER, made.model)
    shown = list(demo._named(model, ask()))
    assert [box.visible for box in shown] == [True, True]
    assert "table" not in str(shown[0].placeholder), "two boxes are one row, with all its lines"
    [said] = demo.ask_boxes(made.model, ask(), "where is the tower", "the tower is old")
    assert 'data-testid="answer">yes<' in said
    alone = Alone(services, "en").page(LOCAL_OWNER, model)
    assert alone.count("<textarea") == 2
    assert ">Context</label>" in alone


def test_table_is_answered_from_both_columns(made: Made) -> None:
    out = made.folder / "out.csv"
    given = table(made.folder / "given.csv", 12)
    made.demo.predict_file(LOCAL_OWNER, made.model, given, out, lambda m: WORDS.say("en", m))
    lines = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert [line[4] for line in lines[1:]] == [line[3] for line in lines[1:]]
    lacking = table(made.folder / "lacking.csv", 12, context="notes")
    with pytest.raises(DatasetError, match="columns_missing"):
        made.demo.predict_file(LOCAL_OWNER, made.model, lacking, out, lambda m: m.key)


def test_own_table_is_given_back_with_answers(made: Made) -> None:
    export = ExportTableService(made.demo._settings, made.store, made.demo)
    out = made.folder / "own.csv"
    export.export(LOCAL_OWNER, made.dataset.id, lambda m: WORDS.say("en", m), out=out)
    lines = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert len(lines) == 101
    assert [line[4] for line in lines[1:]] == [line[3] for line in lines[1:]]


def test_heading_of_the_answers_stands_beside_the_names_below_a_title(made: Made) -> None:
    given = table(made.folder / "titled.csv", 12)
    lines = given.read_text("utf-8").splitlines()
    given.write_text("\n".join(["What people asked", "exported today", *lines, ""]), "utf-8")
    out = made.folder / "titled-out.csv"
    made.demo.predict_file(LOCAL_OWNER, made.model, given, out, lambda m: WORDS.say("en", m))
    back = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert back[:2] == [["What people asked"], ["exported today"]]
    assert len(back[2]) > 4
    assert back[2][:4] == ["id", "question", "context", "answered"]
    assert [line[4] for line in back[3:]] == [line[3] for line in back[3:]]
