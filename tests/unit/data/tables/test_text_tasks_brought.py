"""What is brought for text tasks in spellings that were read wrongly once: tags first or plain, lines in turns, slots, pairs."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Version
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.guess import guess_columns
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore
from tests.unit.data.tables.test_readers import Read, write

WORDS = [("Anna", "PER"), ("went", "O"), ("to", "O"), ("New", "LOC"), ("Rome", "LOC"), (".", "O")]
BIO = [("Anna", "B-PER"), ("went", "O"), ("to", "O"), ("New", "B-LOC"), ("Rome", "I-LOC"), (".", "O")]  # fmt: skip
MARKED = ("Anna went to New Rome .", '[[0, 4, "PER"], [13, 21, "LOC"]]')


def imported(settings: Settings, content: str | bytes, name: str, task: str = "") -> Version:
    settings.scratch.mkdir(parents=True, exist_ok=True)
    path = write(settings.scratch, content, name)
    return DatasetService(settings, ScratchStore()).import_file("me", path, task=task).version


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def said(version: Version) -> set[str]:
    return {each.key.split(".")[-1] for each in version.summary.problems}


@pytest.mark.parametrize("gap", [" ", "\t"])
@pytest.mark.parametrize(
    "lines", [BIO, WORDS, [(t, w) for w, t in BIO], [(t, w) for w, t in WORDS]]
)
def test_tags_stand_first_or_last_with_and_without_prefixes(
    tmp_path: Path, lines: list[tuple[str, str]], gap: str
) -> None:
    sentence = "\n".join(f"{a}{gap}{b}" for a, b in lines)
    read = Read(write(tmp_path, "\n\n".join([sentence] * 5) + "\n", "a.txt"))
    assert (read.format, read.rows) == ("conll", [MARKED] * 5)


def test_table_of_words_and_classes_is_no_list_of_tags(tmp_path: Path) -> None:
    rows = "".join(f"word{at}\t{('O', 'PER', 'LOC')[at % 3]}\n" for at in range(60))
    assert Read(write(tmp_path, rows, "a.tsv")).format == "csv"


def test_few_long_texts_of_brat_become_sentences(settings: Settings) -> None:
    text, marks = "", []
    for at in range(12):
        marks.append(f"T{at}\tPER {len(text)} {len(text) + 9}\tDr. Anna{at % 10}\n")
        text += f"Dr. Anna{at % 10} went to see the town once more, number {at}. "
    version = imported(settings, zipped({"a.txt": text, "a.ann": "".join(marks)}), "brat.zip")
    assert (version.summary.rows, version.summary.classes) == (12, {"PER": 12})
    assert "brat_parted" in said(version)


def test_intents_and_slots_of_three_files_are_joined(settings: Settings) -> None:
    files = {}
    for part, count in (("train", 40), ("valid", 10), ("test", 10)):
        told = [
            (f"fly to Rome on {at}", "O O B-city O O", ("go", "ask")[at % 2]) for at in range(count)
        ]
        for place, name in enumerate(("seq.in", "seq.out", "label")):
            files[f"snips/{part}/{name}"] = "".join(f"{row[place]}\n" for row in told)
    version = imported(settings, zipped(files), "snips.zip")
    assert version.summary.classes == {"go": 30, "ask": 30}
    assert version.summary.columns == ("text", "intent", "entities", "split")
    with pytest.raises(DatasetError, match="parallel_lengths"):
        imported(
            settings, zipped({"seq.in": "a\nb\n", "seq.out": "O\n", "label": "x\ny\n"}), "b.zip"
        )


def test_texts_in_pieces_are_joined_with_their_slots(tmp_path: Path) -> None:
    data = [{"data": [{"text": "play "}, {"text": "Help", "entity": "song"}]}] * 2
    read = Read(write(tmp_path, json.dumps({"Play": data, "Stop": data}), "snips.json"))
    assert read.target.columns == ("text", "intent", "entities")
    assert read.rows[3] == ("play Help", "Stop", '[[5, 9, "song"]]')


def test_lines_in_two_languages_are_pairs(settings: Settings) -> None:
    lines = "".join(f"This is number {at} of many.\n这是很多里的第{at}个。\n\n" for at in range(30))
    version = imported(settings, lines, "en-zh.txt")
    assert (version.summary.rows, version.recipe.kind) == (30, "text")
    assert (version.recipe.input, version.recipe.target) == ("source", "target")
    assert imported(settings, lines, "en-zh.txt", "translation").summary.rows == 30


def test_parallel_lines_have_no_blanks_around_them(tmp_path: Path) -> None:
    read = Read(
        write(
            tmp_path,
            "".join(f"c'est le mot {at} . ||| it is word {at} .\n" for at in range(9)),
            "a.txt",
        )
    )
    assert read.rows[0] == ("c'est le mot 0 .", "it is word 0 .")


def test_questions_without_a_passage_are_named(settings: Settings) -> None:
    table = "question,answer\n" + "".join(f"Where is it {at}?,at place {at}\n" for at in range(60))
    with pytest.raises(DatasetError, match="passage_none"):
        imported(settings, table, "faq.csv", "question_answering")
    assert "chat_found" in said(imported(settings, table, "faq.csv"))
    blocks = "".join(f"Q: Where is it {at}?\nA: At place {at}.\n\n" for at in range(60))
    assert imported(settings, blocks, "faq.txt").summary.columns == ("conversation",)


def test_tabs_that_pad_cells_part_nothing(tmp_path: Path) -> None:
    """As Alipay writes its numbers."""
    rows = "".join(f"20240101{at:04d}\t ,lunch {at},{at}.5 ,\n" for at in range(30))
    read = Read(write(tmp_path, f"Alipay\nfrom: then\nnumber ,what ,amount ,\n{rows}", "a.csv"))
    assert read.target.columns[:3] == ("number", "what", "amount")
    assert read.rows[0][:2] == ("202401010000", "lunch 0")


def test_responses_of_argilla_are_labels(tmp_path: Path) -> None:
    told = {"label": [{"value": "good", "user_id": "u", "status": "submitted"}]}
    lines = [json.dumps({"fields": {"text": f"text {at}"}, "responses": told}) for at in range(3)]
    assert Read(write(tmp_path, "\n".join(lines), "a.jsonl")).rows[0] == ("text 0", "good")


def test_label_in_words_is_taken_and_half_a_pair_is_told() -> None:
    rows = range(30)
    sample = {
        "label": [str(100 + at % 3) for at in rows],
        "label_desc": [("sport", "news", "money")[at % 3] for at in rows],
        "sentence1": [f"the first sentence, number {at}" for at in rows],
        "sentence2": [f"another one, {at}" for at in rows],
    }
    guess = guess_columns(sample)
    assert (guess.text, guess.label) == ("sentence1", "label_desc")
    unnamed = dict(zip(("column 3", "x", "column 1", "column 2"), sample.values(), strict=True))
    assert "half_read" not in {each.key.split(".")[-1] for each in guess_columns(unnamed).remarks}
    assert {"half_read", "label_chosen"} <= {each.key.split(".")[-1] for each in guess.remarks}
