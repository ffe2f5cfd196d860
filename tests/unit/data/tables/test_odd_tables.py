"""Odd tables after public reports: marks around labels and rows, classes at the edge of lines, judgements of a tool; each is read, and that is said."""

import json

import pytest

from bigmodel.data.parts import flags_in
from bigmodel.data.versions.versions import load_rows
from bigmodel.settings import Settings
from tests.unit.data.tables.test_shapes import read, said

ROWS = [
    (f"Number {at}, a {('fine', 'poor')[at % 2]} cup", ("good", "bad")[at % 2]) for at in range(60)
]
CLASSES = {"good": 30, "bad": 30}


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("marks", ["“”", "«»", "「」", "『』", "„“"])
def test_printed_quotes_around_labels_are_no_part_of_them(settings: Settings, marks: str) -> None:
    lines = [
        f"{quoted(text)},{marks[0] + label + marks[1] if at % 3 else label}"
        for at, (text, label) in enumerate(ROWS)
    ]
    version = read(settings, "\n".join(["text,label", *lines]))
    assert version.summary.classes == CLASSES
    assert said(version, "labels_joined") is not None


def test_printed_quotes_enclose_cells_with_commas(settings: Settings) -> None:
    lines = [f"“{text}”,“{label}”" for text, label in ROWS]
    version = read(settings, "\n".join(["text,label", *lines]))
    assert version.summary.classes == CLASSES
    assert load_rows(settings.home / version.folder)["input"][4] == ROWS[4][0]
    assert said(version, "quotes_single") == {"marks": "“…”"}


def test_sentences_that_are_quotations_keep_their_marks(settings: Settings) -> None:
    lines = [
        f"{'“' + t.replace(',', '') + '”' if at % 2 else t.replace(',', '')}\t{b}"
        for at, (t, b) in enumerate(ROWS)
    ]
    version = read(settings, "\n".join(["text\tlabel", *lines]))
    assert load_rows(settings.home / version.folder)["input"][1].startswith("“Number")


@pytest.mark.parametrize(
    "line",
    [
        "{label}: {text}", "{label}：{text}", "[{label}] {text}", "【{label}】{text}",
        "{label} - {text}", "{label} +++$+++ {text}", "{label} => {text}", "{text} #{label}",
        "{text} [{label}]", "text: {text}\nlabel: {label}\n",
    ],
)  # fmt: skip
def test_class_at_the_edge_of_a_line_is_its_label(settings: Settings, line: str) -> None:
    lines = [line.format(text=text, label=label) for text, label in ROWS]
    version = read(settings, "\n".join(lines), "lines.txt")
    assert version.summary.classes == CLASSES
    assert load_rows(settings.home / version.folder)["input"][4] == ROWS[4][0]
    assert said(version, "marked") or said(version, "blocks")


@pytest.mark.parametrize(
    ("line", "is_read"),
    [
        ("{label}\n{text}", True),
        ("{text}\n{label}\n", True),
        ("Q\n{text}\nA\nyes, {text}", False),
    ],
)
def test_lines_in_turns_are_a_text_and_its_class(
    settings: Settings, line: str, is_read: bool
) -> None:
    lines = [line.format(text=text, label=label) for text, label in ROWS]
    version = read(settings, "\n".join(lines), "lines.txt")
    assert (said(version, "lines_in_turns") is not None) == is_read
    if is_read:
        assert version.summary.classes == CLASSES
        assert load_rows(settings.home / version.folder)["input"][4] == ROWS[4][0]


@pytest.mark.parametrize(
    "lines",
    [
        [f"{('User', 'Bot')[at % 2]}: {text}" for at, (text, _) in enumerate(ROWS)],
        [f"{9 + at % 3}:{10 + at}: {text}" for at, (text, _) in enumerate(ROWS)],
        [f"Chapter {at}: {text}" for at, (text, _) in enumerate(ROWS)],
        [text for text, _ in ROWS],
    ],
    ids=["dialogue", "hours", "titles", "texts"],
)
def test_other_words_before_a_colon_are_no_classes(settings: Settings, lines: list[str]) -> None:
    version = read(settings, "\n".join(lines), "lines.txt")
    assert said(version, "marked") is None


@pytest.mark.parametrize(
    ("column", "yes", "no", "part"),
    [
        ("is_test", "1", "0", "test"),
        ("isTest", "True", "False", "test"),
        ("is_train", "False", "True", "test"),
        ("validation", "yes", "no", "validation"),
        ("是否测试集", "是", "否", "test"),
    ],
)
def test_column_of_yes_and_no_parts_the_rows(
    settings: Settings, column: str, yes: str, no: str, part: str
) -> None:
    lines = [f"{quoted(t)},{b},{no if at % 5 else yes}" for at, (t, b) in enumerate(ROWS)]
    version = read(settings, "\n".join([f"text,label,{column}", *lines]))
    assert version.recipe.split_by == f"given:{column}"
    assert version.summary.split_rows[part] == 12
    assert version.summary.split_rows["train"] == 48


def test_a_test_may_be_an_answer(settings: Settings) -> None:
    assert flags_in(["yes", "no"], "test") == flags_in(["1", "0"], "training") == {}
    lines = [f"{quoted(t)},{'yes' if at % 2 else 'no'}" for at, (t, _) in enumerate(ROWS)]
    version = read(settings, "\n".join(["findings,test", *lines]))
    assert version.summary.classes == {"yes": 30, "no": 30}


def test_columns_that_are_classes_become_rows(settings: Settings) -> None:
    good = [quoted(text) for text, label in ROWS if label == "good"]
    bad = [quoted(text) for text, label in ROWS if label == "bad"][:20]
    lines = [f"{a},{b}" for a, b in zip(good, [*bad, *[""] * 10], strict=True)]
    version = read(settings, "\n".join(["Positive,Negative", *lines]))
    assert version.summary.classes == {"Positive": 30, "Negative": 20}
    assert said(version, "columns_classes") is not None


def test_counts_below_names_of_classes_stay_columns(settings: Settings) -> None:
    lines = [f"{at},{60 - at},{quoted(text)}" for at, (text, _) in enumerate(ROWS)]
    version = read(settings, "\n".join(["positive,negative,text", *lines]))
    assert version.summary.rows == 60


def test_rows_in_one_pair_of_quotes_are_parted(settings: Settings) -> None:
    lines = [quoted(f"{quoted(text)},{label}") for text, label in ROWS]
    version = read(settings, "\n".join(['"text,label"', *lines]))
    assert version.summary.classes == CLASSES
    assert load_rows(settings.home / version.folder)["input"][4] == ROWS[4][0]
    assert said(version, "rows_quoted") is not None


def test_one_column_of_quoted_texts_stays_one(settings: Settings) -> None:
    version = read(settings, "\n".join(['"text"', *(quoted(text) for text, _ in ROWS)]))
    assert load_rows(settings.home / version.folder)["input"][4] == ROWS[4][0]


def test_judgements_become_labels(settings: Settings) -> None:
    answers = {"good": "accept", "bad": "reject"}
    records = [
        {"text": text, "_task_hash": at, "label": "GOOD", "answer": "ignore" if at % 10 == 1 else answers[label]}
        for at, (text, label) in enumerate(ROWS)
    ]  # fmt: skip
    version = read(settings, "\n".join(map(json.dumps, records)), "judged.jsonl")
    assert version.summary.classes == {"GOOD": 30, "not GOOD": 24}
    assert version.summary.unlabelled_rows == 6


def test_what_was_chosen_and_rejected_has_no_label(settings: Settings) -> None:
    records = [
        {"text": text, "options": [{"id": "good"}], "accept": [label], "answer": "accept" if at % 10 else "reject"}
        for at, (text, label) in enumerate(ROWS)
    ]  # fmt: skip
    version = read(settings, "\n".join(map(json.dumps, records)), "judged.jsonl")
    assert version.summary.classes == {"good": 24, "bad": 30}
    assert version.summary.unlabelled_rows == 6


def test_texts_written_for_excel_lose_its_signs(settings: Settings) -> None:
    lines = [
        f'"=""{at:04d}""",{quoted(text)},"=""{label}"""' for at, (text, label) in enumerate(ROWS)
    ]
    version = read(settings, "\n".join(["id,text,label", *lines]))
    assert version.summary.classes == CLASSES
    assert load_rows(settings.home / version.folder)["col.id"][7] == "0007"


def test_choices_of_a_labelling_tool_are_the_label(settings: Settings) -> None:
    cells = [quoted(json.dumps({"choices": [label]})) for _, label in ROWS]
    lines = [f"{quoted(text)},{cell}" for (text, _), cell in zip(ROWS, cells, strict=True)]
    version = read(settings, "\n".join(["text,sentiment", *lines]))
    assert version.summary.classes == CLASSES


def test_how_sure_somebody_was_is_no_label(settings: Settings) -> None:
    lines = [f"{quoted(t)},{b},0.{70 + at % 30}" for at, (t, b) in enumerate(ROWS)]
    version = read(settings, "\n".join(["text,label,label:confidence", *lines]))
    assert version.recipe.target == "label"
