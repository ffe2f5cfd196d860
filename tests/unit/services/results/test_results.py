"""Results: evaluated once, for their owner only, with wrong rows that can be asked for."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bigmodel.answers.label import Label
from bigmodel.core.errors import DatasetError, ModelError, NotFoundError
from bigmodel.services.results.results import ResultService
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks
from bigmodel.words import load_words
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.trained import OWNER, Row, Training, start_training

LABELS = ("bad", "good")
TRANSCRIBING = next(task.name for task in find_tasks().values() if task.answer == "transcript")
SURE_GOOD, GOOD, BAD = [0.1, 0.9], [0.4, 0.6], [0.7, 0.3]
ROWS: list[Row] = [
    ("train", "fine meal", "good"),
    ("train", "lovely", "good"),
    ("train", "awful", "bad"),
    ("test", "cold soup", "bad"),
    ("test", "warm soup", "good"),
    ("test", "slow", "bad"),
    ("test", "quick", "good"),
]


@pytest.fixture
def training(settings: Settings) -> Training:
    return start_training(settings, ScratchStore(), ROWS)


def service_of(training: Training) -> ResultService:
    def ask(owner: str, model_id: str, texts: Sequence[str]) -> list[Label]:
        assert owner == OWNER
        return [Label(LABELS, tuple(SURE_GOOD)) for _ in texts]

    return ResultService(training.settings, training.store, ask)


def test_kept_model_is_evaluated_on_test_rows(training: Training) -> None:
    training.add_model("instant", [SURE_GOOD, SURE_GOOD, BAD, GOOD], LABELS, kept=True)
    results = service_of(training).results(OWNER, training.job.id)
    assert results.rows == 4
    assert results.panels[0].data["rows"] == [[1, 1], [0, 2]]
    assert results.beside["majority"]["accuracy"].value == 0.5


def test_instant_stands_beside_the_tuned(training: Training) -> None:
    training.add_model("instant", [SURE_GOOD, SURE_GOOD, BAD, GOOD], LABELS)
    tuned = training.add_model("tuned", [BAD, GOOD, BAD, GOOD], LABELS, kept=True)
    service = service_of(training)
    results = service.results(OWNER, training.job.id)
    assert results.measures["accuracy"].value == 1.0
    assert results.beside["instant"]["accuracy"].value == 0.75
    assert service.models(OWNER, training.job.id)[0].id == tuned.id


@pytest.mark.parametrize(
    ("wrong_of_tuned", "wrong_of_instant", "verdict"),
    [(2, 3, "as_good"), (2, 12, "beyond_chance"), (12, 2, "simple_better")],
)
def test_it_begins_with_whether_the_simple_model_is_as_good(
    settings: Settings, wrong_of_tuned: int, wrong_of_instant: int, verdict: str
) -> None:
    rows = [("train", "a", "good"), ("train", "b", "bad")]
    rows += [("test", f"row {i}", "good") for i in range(20)]
    training = start_training(settings, ScratchStore(), rows)
    answers = {count: [BAD] * count + [GOOD] * (20 - count) for count in (2, 3, 12)}
    training.add_model("instant", answers[wrong_of_instant], LABELS)
    training.add_model("tuned", answers[wrong_of_tuned], LABELS, kept=True)
    results = service_of(training).results(OWNER, training.job.id)
    assert results.remarks[0].key == f"results.remarks.{verdict}"


def test_fewer_errors_are_better_beyond_chance(settings: Settings) -> None:
    rows = [("train", "a", "1"), *(("test", f"row {i}", str(i)) for i in range(20))]
    training = start_training(settings, ScratchStore(), rows, "text_regression")
    training.add_model("instant", [[i + 3 + i % 3] for i in range(20)], ())
    training.add_model("tuned", [[i + 0.5] for i in range(20)], (), kept=True)
    results = service_of(training).results(OWNER, training.job.id)
    assert results.remarks[0].key == "results.remarks.beyond_chance"


def test_evaluation_is_done_once(training: Training) -> None:
    model = training.add_model("instant", [BAD, GOOD, BAD, GOOD], LABELS, kept=True)
    service = service_of(training)
    first = service.results(OWNER, training.job.id)
    assert service.results(OWNER, training.job.id, model.id) is first


def test_results_of_others_do_not_exist(training: Training) -> None:
    model = training.add_model("instant", [BAD, GOOD, BAD, GOOD], LABELS, kept=True)
    service = service_of(training)
    with pytest.raises(NotFoundError):
        service.results("another", training.job.id)
    with pytest.raises(NotFoundError):
        service.download("another", model.id)
    with pytest.raises(NotFoundError):
        service.results(OWNER, training.job.id, "00000000-0000-7000-8000-000000000000")


def test_running_job_has_no_results_yet(training: Training) -> None:
    with pytest.raises(ModelError) as raised:
        service_of(training).results(OWNER, training.job.id)
    assert raised.value.key == "results_not_ready"


def test_ended_job_without_model_says_so(training: Training) -> None:
    training.end()
    with pytest.raises(ModelError) as raised:
        service_of(training).results(OWNER, training.job.id)
    assert raised.value.key == "results_missing"


def test_damaged_answers_are_named_so(training: Training) -> None:
    model = training.add_model("instant", [BAD, GOOD, BAD, GOOD], LABELS, kept=True)
    path = training.settings.home / model.folder / "predictions.parquet"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ModelError) as raised:
        service_of(training).results(OWNER, training.job.id)
    assert raised.value.key == "results_damaged"


def test_folded_model_is_evaluated_on_all_rows(settings: Settings) -> None:
    rows = [("train", f"row {i}", LABELS[i % 2]) for i in range(10)]
    training = start_training(settings, ScratchStore(), rows)
    training.add_model("instant", [BAD, GOOD] * 5, LABELS, is_folded=True)
    results = service_of(training).results(OWNER, training.job.id)
    assert (results.rows, results.is_folded) == (10, True)


def test_wrong_rows_come_surest_first(training: Training) -> None:
    training.add_model("instant", [GOOD, GOOD, SURE_GOOD, BAD], LABELS, kept=True)
    rows, total = service_of(training).wrong(OWNER, training.job.id, limit=2)
    assert total == 3
    assert [(row.text, row.truth, row.answer) for row in rows] == [
        ("slow", "bad", "good"),
        ("quick", "good", "bad"),
    ]


def test_wrong_rows_narrow_down_to_a_cell(training: Training) -> None:
    training.add_model("instant", [GOOD, GOOD, SURE_GOOD, BAD], LABELS, kept=True)
    service = service_of(training)
    rows, total = service.wrong(OWNER, training.job.id, truth="good", answer="bad")
    assert (total, [row.text for row in rows]) == (1, ["quick"])
    right, _ = service.wrong(OWNER, training.job.id, truth="good", answer="good")
    assert [row.text for row in right] == ["warm soup"]
    second, total = service.wrong(OWNER, training.job.id, truth="bad", offset=1)
    assert (total, [row.text for row in second]) == (2, ["cold soup"])


def test_cell_without_rows_is_empty(training: Training) -> None:
    training.add_model("instant", [BAD, GOOD, BAD, GOOD], LABELS, kept=True)
    found = service_of(training).wrong(OWNER, training.job.id, truth="good", answer="bad")
    assert found == ([], 0)


def test_file_of_wrong_rows_runs_no_formula(settings: Settings) -> None:
    rows = [("train", "a", "good"), ("train", "b", "bad"), ("test", "=1+1", "good")]
    training = start_training(settings, ScratchStore(), rows)
    training.add_model("instant", [BAD], LABELS, kept=True)
    path = service_of(training).wrong_file(OWNER, training.job.id)
    assert path.read_text("utf-8-sig").splitlines() == [
        "text,truth,answer,sureness",
        "'=1+1,good,bad,0.7",
    ]


def test_numbers_have_their_largest_errors_first(settings: Settings) -> None:
    rows = [("train", "a", "1"), ("test", "near", "2"), ("test", "far", "9")]
    training = start_training(settings, ScratchStore(), rows, "text_regression")
    training.add_model("instant", [[2.5], [3.0]], (), kept=True)
    service = service_of(training)
    rows_shown, total = service.wrong(OWNER, training.job.id)
    assert (total, rows_shown[0].text, rows_shown[0].answer) == (2, "far", "3")
    assert service.results(OWNER, training.job.id).measures["mae"].value == 3.25


def test_own_file_is_evaluated(training: Training, tmp_path: Path) -> None:
    training.add_model("instant", [BAD, GOOD, BAD, GOOD], LABELS, kept=True)
    path = tmp_path / "own.csv"
    path.write_text("text,label\nlovely,good\nnew,bad\nodd,ugly\n,good\n", "utf-8")
    results = service_of(training).evaluate_file(OWNER, training.job.id, path)
    assert (results.rows, results.measures["accuracy"].value) == (2, 0.5)
    assert [remark.key.rpartition(".")[2] for remark in results.remarks[:3]] == [
        "unusable",
        "unknown_truth",
        "seen",
    ]
    words = load_words()
    for message in (results.sentence, *results.remarks):
        assert words.say("en", message) != words.say("zh", message)
    assert "2 of this file" in words.say("en", results.sentence)


def test_own_file_with_other_names_is_read_as_an_import_would(
    training: Training, tmp_path: Path
) -> None:
    training.add_model("instant", [BAD, GOOD, BAD, GOOD], LABELS, kept=True)
    path = tmp_path / "own.csv"
    path.write_text("sentiment,review\ngood,lovely\nbad,something quite new\n", "utf-8")
    results = service_of(training).evaluate_file(OWNER, training.job.id, path)
    assert (results.rows, results.measures["accuracy"].value) == (2, 0.5)
    [taken] = [one for one in results.remarks if one.key.endswith("columns_taken")]
    assert taken.args == {"inputs": "review", "targets": "sentiment"}


def test_file_without_answers_is_refused(training: Training, tmp_path: Path) -> None:
    training.add_model("instant", [BAD, GOOD, BAD, GOOD], LABELS, kept=True)
    path = tmp_path / "own.csv"
    path.write_text("text,other\nlovely,good\n", "utf-8")
    with pytest.raises(DatasetError) as raised:
        service_of(training).evaluate_file(OWNER, training.job.id, path)
    assert (raised.value.key, raised.value.args_of_words) == (
        "evaluation_no_answers",
        {"column": "label"},
    )


def test_every_message_has_its_words(training: Training) -> None:
    training.add_model("instant", [SURE_GOOD] * 4, LABELS)
    training.add_model("tuned", [SURE_GOOD] * 4, LABELS, kept=True)
    words = load_words()
    results = service_of(training).results(OWNER, training.job.id)
    for message in (results.sentence, *results.remarks):
        assert words.say("en", message) != words.say("zh", message)


SPOKEN: list[Row] = [
    ("train", "aa/one.flac", "yes"),
    ("train", "aa/two.flac", "no"),
    ("test", "aa/three.flac", "yes no"),
    ("test", "aa/four.flac", "no no"),
]


@pytest.fixture
def spoken(settings: Settings) -> Training:
    return start_training(settings, ScratchStore(), SPOKEN, TRANSCRIBING)


def test_transcripts_are_measured_in_words(spoken: Training) -> None:
    spoken.add_model("instant", [[0.5], [0.4]], (), heard=["no no", "no no"])
    spoken.add_model("tuned", [[0.9], [0.8]], (), kept=True, heard=["yes no", "no"])
    results = service_of(spoken).results(OWNER, spoken.job.id)
    assert results.family == "transcription"
    assert results.measures["wer"].value == 0.25
    assert results.beside["instant"]["wer"].value == 0.25
    row = results.panels[0].data["rows"][0]
    assert (row["said"], row["deletions"]) == (4, 1)


def test_misheard_recordings_come_with_their_differences(spoken: Training) -> None:
    spoken.add_model("tuned", [[0.9], [0.8]], (), kept=True, heard=["yes no", "no"])
    rows, total = service_of(spoken).wrong(OWNER, spoken.job.id)
    assert total == 1
    assert (rows[0].truth, rows[0].answer) == ("no no", "no")
    assert [edit.kind for edit in rows[0].edits] in (["missing", "same"], ["same", "missing"])
    assert rows[0].sureness == pytest.approx(0.8)


def test_answers_from_before_transcripts_are_read(training: Training) -> None:
    training.add_model("instant", [BAD, GOOD, BAD, GOOD], LABELS, kept=True)
    rows, total = service_of(training).wrong(OWNER, training.job.id)
    assert (rows, total) == ([], 0)
