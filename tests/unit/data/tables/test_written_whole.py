"""Texts and conversations that are learned whole: what is read as such, and what is not."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

from bigmodel.core.datasets.dataset import NO_LABEL, ONLY_TEXT, Dataset
from bigmodel.core.datasets.turns import conversation_of, turns_of
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import load_rows, load_task_data
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore

DAY = "Day {0}. The wind came from the {1}.\nI lit the lamp and wrote letter number {0}.\n"
OWNER = "local"


@pytest.fixture
def service(tmp_path: Path) -> DatasetService:
    settings = Settings(home=tmp_path / "home", offline=True)
    settings.make_folders()
    return DatasetService(settings, ScratchStore())


def kept(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def keys(dataset: Dataset) -> set[str]:
    return {problem.key.rpartition(".")[2] for problem in dataset.version.summary.problems}


def diary(days: int = 600) -> str:
    return "\n".join(DAY.format(day, "north" if day % 3 else "west") for day in range(days))


def test_paragraphs_are_read_as_running_text_whose_neighbours_stay_together(
    tmp_path: Path, service: DatasetService
) -> None:
    dataset = service.import_file(OWNER, kept(tmp_path / "diary.txt", diary()))
    version = dataset.version
    assert (version.recipe.format, version.recipe.kind, version.summary.target) == (
        "prose",
        "none",
        "none",
    )
    assert "prose" in keys(dataset)
    rows = load_rows(tmp_path / "home" / version.folder, None)
    parts: dict[str, set[str]] = {}
    for section, part in zip(rows["col.section"], rows["split"], strict=True):
        parts.setdefault(section, set()).add(part)
    assert all(len(part) == 1 for part in parts.values())
    assert {"train", "validation", "test"} <= set().union(*parts.values())
    data = load_task_data(tmp_path / "home" / version.folder, target_kind("none"))
    days = [int(number) for row in rows["input"] for number in re.findall(r"Day (\d+)", row)]
    assert sorted(days) == list(range(600))
    assert all(map(str.strip, data.train.inputs))


def test_lines_that_are_rows_stay_rows_unless_they_are_brought_for_writing(
    tmp_path: Path, service: DatasetService
) -> None:
    lines = "\n".join(f"Where is parcel number {n}?" for n in range(60))
    path = kept(tmp_path / "lines.txt", lines)
    assert service.import_file(OWNER, path).version.recipe.kind == ""
    brought = service.import_file(OWNER, path, task="text_generation")
    assert brought.version.recipe.format == "prose"


@pytest.mark.parametrize(
    ("names", "more"),
    [
        (("question", "answer"), ("answer",)),
        (("instruction", "output"), ("output",)),
        (("提问", "回答"), ("回答",)),
        (("对方", "我"), ("我",)),
    ],
)
def test_two_columns_of_a_chat_are_known_by_name(
    tmp_path: Path, service: DatasetService, names: tuple[str, str], more: tuple[str]
) -> None:
    rows = "\n".join(f"where is parcel {n},it left us on day {n} of the month" for n in range(60))
    dataset = service.import_file(
        OWNER, kept(tmp_path / "chat.csv", f"{names[0]},{names[1]}\n{rows}")
    )
    recipe = dataset.version.recipe
    assert (recipe.input, recipe.more, recipe.kind, recipe.target) == (names[0], more, "none", "")
    assert "chat_found" in keys(dataset)
    data = load_task_data(tmp_path / "home" / dataset.version.folder, target_kind("none"))
    question, answer = turns_of(data.train.inputs[0])
    assert question.startswith("where is")
    assert answer.startswith("it left")


@pytest.mark.parametrize("head", ["context,question,answer", "question,label"])
def test_passages_and_classes_are_no_chat(
    tmp_path: Path, service: DatasetService, head: str
) -> None:
    rows = "\n".join(
        ",".join(
            [f"passage {n} about parcels"] * (head.count(",") - 1)
            + [f"where is {n}", "lost" if n % 2 else "here"]
        )
        for n in range(60)
    )
    dataset = service.import_file(OWNER, kept(tmp_path / "table.csv", f"{head}\n{rows}"))
    assert dataset.version.recipe.kind != "none"


def test_messages_of_json_become_conversations(tmp_path: Path, service: DatasetService) -> None:
    said = [
        {"conversations": [
            {"from": "system", "value": "Be kind."}, {"from": "human", "value": f"number {n}?"},
            {"from": "gpt", "value": f"it is {n}"}, {"from": "human", "value": "bye"},
        ]}
        for n in range(60)
    ]  # fmt: skip
    dataset = service.import_file(OWNER, kept(tmp_path / "chats.json", json.dumps(said)))
    assert dataset.version.recipe.kind == "none"
    assert "chats" in keys(dataset)
    data = load_task_data(tmp_path / "home" / dataset.version.folder, target_kind("none"))
    assert all(len(turns_of(row)) == 2 for row in data.train.inputs)
    assert data.train.inputs[0].startswith("Be kind.\nnumber")


def test_alpaca_puts_its_input_below_the_instruction(
    tmp_path: Path, service: DatasetService
) -> None:
    rows = [{"instruction": f"Say it {n} times", "input": "hello" if n < 9 else "", "output": f"so I say it {n} times"} for n in range(60)]  # fmt: skip
    dataset = service.import_file(OWNER, kept(tmp_path / "alpaca.json", json.dumps(rows)))
    assert {"alpaca", "chat_found"} <= keys(dataset)
    kept_rows = load_rows(tmp_path / "home" / dataset.version.folder, None)["input"]
    assert sum("\nhello" in turns_of(row)[0] for row in kept_rows) == 9


def test_what_is_no_conversation_is_none() -> None:
    assert conversation_of([{"start": 0, "end": 3, "label": "x"}] * 2) == ""
    assert (
        conversation_of([{"role": "assistant", "content": "hi"}, {"role": "user", "content": "?"}])
        == ""
    )
    assert conversation_of("hi") == ""


def test_person_chooses_on_the_page_that_texts_are_learned_whole(
    tmp_path: Path, service: DatasetService
) -> None:
    rows = "\n".join(f"parcel {n} came late again,{'good' if n % 2 else 'bad'}" for n in range(60))
    dataset = service.import_file(OWNER, kept(tmp_path / "table.csv", f"text,label\n{rows}"))
    assert service.label_of(dataset) == "label"
    whole = service.choose_columns(OWNER, dataset.id, text="text", label=ONLY_TEXT)
    assert (whole.version.summary.target, service.label_of(whole)) == ("none", ONLY_TEXT)
    assert service.choose_columns(OWNER, dataset.id, text="text", label=ONLY_TEXT) == whole
    back = service.choose_columns(OWNER, dataset.id, text="text", label=NO_LABEL)
    assert (back.version.recipe.kind, service.label_of(back)) == ("", NO_LABEL)


ALPACA = [
    {
        "instruction": f"第 {n} 次怎么说？",
        "input": "你好" if n < 9 else "",
        "output": f"那就说第 {n} 次吧",
    }
    for n in range(60)
]
TURNS = [
    {"dialogue_id": f"d{n}", "turn": f"{turn}", "role": role, "content": f"{said} {n}"}
    for n in range(60)
    for turn, role, said in (
        (2, "assistant", "it left on day"), (1, "user", "where is parcel"), (3, "user", "thanks for"),
        (4, "assistant", "you are welcome"),
    )
]  # fmt: skip


def read_as(ending: str, rows: Sequence[Mapping[str, object]], folder: Path) -> Path:
    """Write rows as a table of some format."""
    path = folder / f"table.{ending}"
    frame = pd.DataFrame(rows)
    if ending == "parquet":
        frame.to_parquet(path)
    elif ending == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_alpaca_is_read_in_tables_of_every_format(
    ending: str, tmp_path: Path, service: DatasetService
) -> None:
    dataset = service.import_file(OWNER, read_as(ending, ALPACA, tmp_path))
    assert {"alpaca", "chat_found"} <= keys(dataset)
    kept_rows = load_rows(tmp_path / "home" / dataset.version.folder, None)["input"]
    assert sum("\n你好" in turns_of(row)[0] for row in kept_rows) == 9


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_turns_of_a_dialogue_are_put_together_in_their_order(
    ending: str, tmp_path: Path, service: DatasetService
) -> None:
    dataset = service.import_file(OWNER, read_as(ending, TURNS, tmp_path))
    assert {"turns_joined", "chats"} <= keys(dataset)
    assert (dataset.version.recipe.kind, dataset.version.recipe.input) == ("none", "conversation")
    kept_rows = load_rows(tmp_path / "home" / dataset.version.folder, None)["input"]
    assert turns_of(kept_rows[7]) == (
        "where is parcel 7", "it left on day 7", "thanks for 7", "you are welcome 7",
    )  # fmt: skip


def test_two_speakers_of_other_names_are_person_and_answer(
    tmp_path: Path, service: DatasetService
) -> None:
    rows = [
        {"会话ID": f"{n}", "说话人": who, "内容": f"{said}{n}号"}
        for n in range(60)
        for who, said in (("顾客", "请问这是几号？"), ("店员", "这里是"))
    ]
    dataset = service.import_file(OWNER, read_as("csv", rows, tmp_path))
    [turns] = {len(turns_of(row)) for row in load_rows(tmp_path / "home" / dataset.version.folder, None)["input"]}  # fmt: skip
    assert (turns, dataset.version.summary.usable_rows) == (2, 60)


def test_turns_with_labels_stay_rows_unless_conversations_are_asked_for(
    tmp_path: Path, service: DatasetService
) -> None:
    rows = [{**row, "mood": "good" if row["role"] == "user" else "bad"} for row in TURNS]
    path = read_as("csv", rows, tmp_path)
    labelled = service.import_file(OWNER, path)
    assert "turns_joined" not in keys(labelled)
    asked = service.import_file(OWNER, path, task="text_generation")
    assert "turns_joined" in keys(asked)


@pytest.mark.parametrize("write", [json.dumps, str], ids=["json", "python"])
def test_messages_in_cells_become_conversations(
    write: Callable[[object], str], tmp_path: Path, service: DatasetService
) -> None:
    rows = [
        {"id": n, "messages": write([
            {"role": "user", "content": f"number {n}?"}, {"role": "assistant", "content": f"it's {n}"},
        ])}
        for n in range(60)
    ]  # fmt: skip
    dataset = service.import_file(OWNER, read_as("csv", rows, tmp_path))
    assert "chats" in keys(dataset)
    kept_rows = load_rows(tmp_path / "home" / dataset.version.folder, None)["input"]
    assert turns_of(kept_rows[3]) == ("number 3?", "it's 3")
