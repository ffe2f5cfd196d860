"""Answers are found in passages that were cleaned; what cannot be found is counted, and rows of one passage stay together."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from bigmodel.core.datasets.extracts import Extract, extracts_of, parse_extracts
from bigmodel.core.datasets.inputs import join_inputs, parts_of
from bigmodel.core.errors import DatasetError
from bigmodel.data.cleaning import clean_text
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from bigmodel.tasks import get_task
from tests.fakes.passages import passage_data
from tests.fakes.scratch_store import ScratchStore

PLACES = ("Rome", "Lima", "Cairo")
KIND = target_kind("extracted")
PLACES_ZH = ("北京", "上海", "广州")


def fitted(
    cell: str, target: str, *steps: str, question: str = "q"
) -> tuple[list[Extract], Counter[str]]:
    counts: Counter[str] = Counter()
    text = join_inputs([clean_text(cell, steps), question])
    [found] = KIND.fitted([target], [cell], [text], counts)
    for one in extracts_of(found):
        assert parts_of(text)[0][one.start :].startswith(one.text)
    return extracts_of(found), counts


@pytest.mark.parametrize(
    ("target", "texts"),
    [
        ("Rome", ["Rome"]),
        (" rome ", ["Rome"]),
        ("Rome|Ann", ["Rome", "Ann"]),
        ('["Rome", "in Rome"]', ["Rome", "in Rome"]),
        ('{"text": ["Rome"], "answer_start": [13]}', ["Rome"]),
        ("{'text': array(['Rome'], dtype=object), 'answer_start': array([13])}", ["Rome"]),
        ('[{"text": "Rome", "start": 99}]', ["Rome"]),
        ("[]", []),
        ("", []),
    ],
)
def test_answers_of_every_form_are_found(target: str, texts: list[str]) -> None:
    counts: Counter[str] = Counter()
    cell = "Ann lives in Rome"
    rows = KIND.fitted(["Ann", target], [cell] * 2, [join_inputs([cell, "q"])] * 2, counts)
    assert [one.text for one in extracts_of(rows[1])] == texts


def test_answers_follow_their_words_through_cleaning() -> None:
    target = '[{"text": "Rome", "start": 31}]'
    found, counts = fitted("<b>Ann</b> lives&nbsp;in <i>big Rome</i>", target, "html")
    assert [one.text for one in found] == ["Rome"]
    assert not counts["extracts_moved"] or counts["extracts_moved"] == 1


def test_place_nearest_to_the_question_is_taken() -> None:
    cell = "Ann came in 1990. " + "Nothing happened for long. " * 4 + "Ben was born in 1990."
    found, counts = fitted(cell, "1990", question="When was Ben born?")
    assert found == [Extract("1990", cell.rindex("1990"))]
    assert counts["extracts_several"] == 1


def test_what_is_not_in_the_passage_is_left_out_and_counted() -> None:
    counts: Counter[str] = Counter({"targets_missing": 1})
    inputs = [join_inputs(["Ann lives in Rome", "q"])] * 3
    targets = ["Oslo", '["Oslo", "Rome"]', ""]
    found = KIND.fitted(targets, ["Ann lives in Rome"] * 3, inputs, counts)
    assert found[0] == ""
    assert [one.text for one in extracts_of(found[1])] == ["Rome"]
    assert parse_extracts(found[2]) == []
    assert {name: n for name, n in counts.items() if n} == {
        "extracts_lost": 1, "extracts_dropped": 1, "extracts_none": 1,
    }  # fmt: skip


def test_rows_nobody_has_answered_stay_without() -> None:
    assert KIND.fitted(["", ""], ["a", "b"], ["a", "b"]) == ["", ""]


def squad(path: Path, passages: int = 40) -> Path:
    """Write passages with three questions each, one of them without an answer."""
    data = []
    for number in range(passages):
        place = PLACES[number % len(PLACES)]
        context = f"Ann keeps lamp {number} in {place}. Ben keeps a boat in Oslo."
        answers = [{"text": place, "answer_start": context.index(place)}]
        asked = [
            {"question": f"Where is lamp {number}?", "id": "a", "answers": answers},
            {"question": "Where is the boat?", "id": "b", "answers": [{"text": "Oslo", "answer_start": 0}]},
            {"question": "Who has the kite?", "id": "c", "is_impossible": True, "answers": [], "plausible_answers": answers},
        ]  # fmt: skip
        data.append({"title": f"t{number}", "paragraphs": [{"context": context, "qas": asked}]})
    path.write_text(json.dumps({"version": "v2.0", "data": data}), "utf-8")
    return path


@pytest.fixture
def datasets(tmp_path: Path) -> DatasetService:
    settings = Settings(home=tmp_path / "home", offline=True)
    settings.make_folders()
    return DatasetService(settings, ScratchStore())


def test_squad_file_is_read_and_its_passages_stay_in_one_part(
    datasets: DatasetService, tmp_path: Path
) -> None:
    version = datasets.import_file("me", squad(tmp_path / "train.json")).version
    assert version.recipe.inputs == ("context", "question")
    assert (version.recipe.kind, version.summary.target) == ("extracted", "extracted")
    said = {p.key.rpartition(".")[2]: p.args for p in version.summary.problems}
    assert said["squad"] == {"questions": 120, "passages": 40, "none": 40}
    assert said["extracts_moved"] == {"count": 40}
    assert said["extracts_none"] == {"count": 40}
    rows = load_rows(tmp_path / "home" / version.folder)
    part_of: dict[str, set[str]] = {}
    for text, part in zip(rows["input"], rows["split"], strict=True):
        part_of.setdefault(parts_of(text)[0], set()).add(part)
    assert all(len(parts) == 1 for parts in part_of.values())
    assert {part for parts in part_of.values() for part in parts} == {"train", "validation", "test"}
    assert get_task("question_answering").fit(version.summary) == 1


@pytest.mark.parametrize(
    "names", [("context", "question", "answer"), ("原文", "问题", "答案"), ("a", "b", "c")]
)
def test_table_of_three_columns_is_known_by_names_or_content(
    names: tuple[str, str, str], datasets: DatasetService, tmp_path: Path
) -> None:
    data = passage_data(40).train
    with (tmp_path / "asked.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", *names])
        for number, (text, target) in enumerate(zip(data.inputs, data.targets, strict=True)):
            out.writerow([number, *parts_of(text), extracts_of(target)[0].text])
    asked = "" if names[0] != "a" else "question_answering"
    recipe = datasets.import_file("me", tmp_path / "asked.csv", task=asked).version.recipe
    assert (*recipe.inputs, recipe.target) == names
    assert recipe.kind == "extracted"


def test_broken_file_is_refused_with_its_place(datasets: DatasetService, tmp_path: Path) -> None:
    path = squad(tmp_path / "cut.json")
    path.write_text(path.read_text("utf-8")[:-200], "utf-8")
    with pytest.raises(DatasetError, match="squad_broken"):
        datasets.import_file("me", path)


def test_nested_list_of_cmrc_is_read(datasets: DatasetService, tmp_path: Path) -> None:
    rows = [
        {
            "context_id": f"D{n}",
            "context_text": f"第{n}号仓库在{PLACES_ZH[n % 3]}，由小安看管。",
            "qas": [
                {
                    "query_id": f"D{n}Q",
                    "query_text": f"第{n}号仓库在哪里？",
                    "answers": [PLACES_ZH[n % 3]],
                }
            ],
        }
        for n in range(30)
    ]
    (tmp_path / "cmrc.json").write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    version = datasets.import_file("me", tmp_path / "cmrc.json").version
    assert version.summary.usable_rows == 30
    assert version.recipe.inputs == ("context", "question")


def test_classes_named_answers_are_no_answers_in_a_passage(
    datasets: DatasetService, tmp_path: Path
) -> None:
    with (tmp_path / "yes.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["context", "question", "answer"])
        for n in range(60):
            answer = ("yes", "no")[n % 2]
            out.writerow(
                [f"Nobody says {answer} to lamp {n} now, they say.", f"Is it {n}?", answer]
            )
    assert datasets.import_file("me", tmp_path / "yes.csv").version.summary.target == "label"
