"""What programs write out (trackers, labelling tools, scripts, instruments): the right columns, none of their values bent, and said what is open."""

import json
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bigmodel.core.datasets.dataset import Version
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.guess import guess_columns
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore
from tests.unit.data.tables.test_shapes import read, said, texts

TEXTS = [f"the soup was {('great', 'cold')[at % 2]} on day {at}" for at in range(60)]
LABELS = [("good", "bad")[at % 2] for at in range(60)]
CLASSES = {"good": 30, "bad": 30}


def csv(name: str, values: list[str]) -> str:
    rows = [f'{text},"{value}"' for text, value in zip(TEXTS, values, strict=True)]
    return "\n".join([f"text,{name}", *rows])


# columns ------------------------------------------------------------------------------------------------


def test_subject_and_message_are_no_translation_beside_a_column_of_classes() -> None:
    sample = {"headline": TEXTS, "category": LABELS, "short_description": [f"{a} again" for a in TEXTS]}  # fmt: skip
    guess = guess_columns(sample)
    assert (guess.label, guess.kind) == ("category", "")


@pytest.mark.parametrize(
    ("columns", "text", "label"),
    [
        ({"Title": ["Rate this"] * 60, "Input.text": TEXTS, "Answer.label": LABELS}, "Input.text", "Answer.label"),
        ({"来自IP": [f"1.2.3.{n}(广东-深圳)" for n in range(60)], "1、请您谈谈对服务的看法": TEXTS, "满意度": LABELS}, "1、请您谈谈对服务的看法", "满意度"),
        ({"text": TEXTS, "label": LABELS, "class": [*LABELS[:2], *[""] * 58]}, "text", "label"),
        ({"review": TEXTS, "voted_up": [("true", "false")[n % 2] for n in range(60)], "votes_up": [str(n % 4) for n in range(60)]}, "review", "voted_up"),
        ({"text": TEXTS, "prob_pos": [f"{0.2 + n % 2 / 2}" for n in range(60)], "prob_neg": [f"{0.8 - n % 2 / 2}" for n in range(60)]}, "text", ""),
    ],
    ids=["constant", "address", "aside", "truth", "shares"],
)  # fmt: skip
def test_columns_of_exports(columns: dict[str, list[str]], text: str, label: str) -> None:
    guess = guess_columns(columns)
    assert (guess.text, guess.label) == (text, label)
    is_open = any(told.key.endswith("labels_shares") for told in guess.remarks)
    assert is_open == (label == "")


# values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "last", "key"),
    [
        (lambda n: f"{n + 10.5} kg", 69.5, "numbers_measured"),
        (lambda n: f"{n + 1} kg" if n % 3 else f"{(n + 1) * 1000} g", 60.0, "numbers_units"),
        (lambda n: "<5" if n % 6 == 0 else f"{n + 5}", 64.0, "numbers_about"),
    ],
    ids=["unit", "units", "about"],
)
def test_amounts_are_learned_in_one_unit(settings: Settings, write, last: float, key: str) -> None:  # type: ignore[no-untyped-def]
    version = read(settings, csv("weight", [write(n) for n in range(60)]))
    assert version.summary.target == "number"
    assert version.summary.number_range is not None
    assert version.summary.number_range[1] == last
    assert said(version, key)


@pytest.mark.parametrize("write", ["{n}h 20m", "{n}-{m}"])
def test_amounts_that_are_no_numbers_are_named(settings: Settings, write: str) -> None:
    version = read(settings, csv("price", [write.format(n=n, m=n + 10) for n in range(60)]))
    assert version.recipe.target == ""
    assert said(version, "amounts_unread")


def test_ids_of_several_classes_are_no_decimals(settings: Settings) -> None:
    values = [f"{n % 5}" if n % 3 else f"{n % 5},{(n + 1) % 5}" for n in range(60)]
    version = read(settings, csv("label", values))
    assert (version.summary.target, said(version, "labels_several") is not None) == ("label", True)


NAMED = ("订单号", "买家会员名", "评价内容", "评分")


def test_who_bought_is_no_sentence_in_another_language() -> None:
    rows = [(f"{n}", f"j***{n}", f"第{n}次来这家店，味道{'真好' if n % 2 else '很差'}", f"{1 + n % 2}星") for n in range(60)]  # fmt: skip
    guess = guess_columns(dict(zip(NAMED, zip(*rows, strict=True), strict=True)))
    assert (guess.text, guess.label, guess.kind) == ("评价内容", "评分", "")


def test_what_stands_below_the_last_ruler_of_a_bill_is_no_row(settings: Settings) -> None:
    rows = "".join(f"{n},{text},{label},\n" for n, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True)))  # fmt: skip
    below = f"{'-' * 60}\n共60笔记录\n已收入:0笔,0元\n已支出:60笔,9.00元\n导出时间:[2024-01-01]    用户:某\n"
    version = read(settings, f"交易明细查询\n{'-' * 60}\n序号,商品说明,类型,\n{rows}{below}")
    assert (version.summary.rows, version.summary.classes) == (60, CLASSES)
    assert said(version, "lines_outside") is not None


WORDS = [("The", "DT", "DET"), ("dog", "NN", "NOUN"), ("barks", "VBZ", "VERB"), (".", ".", "PUNCT")]


@pytest.mark.parametrize(
    "sentence",
    [
        "".join(f"{word}\t{tag}\n" for word, tag, _ in WORDS) + "\n",
        " ".join(f"{word}/{tag}" for word, tag, _ in WORDS) + "\n",
        "# text = The dog barks .\n" + "".join(f"{n}\t{w}\t{w}\t{u}\t{t}\t_\t0\tdet\t_\t_\n" for n, (w, t, u) in enumerate(WORDS, 1)) + "\n",
        "迈向/v  充满/v  希望/n  的/u  新/a  世纪/n\n",
    ],
    ids=["columns", "slashes", "CoNLL-U", "Peking"],
)  # fmt: skip
def test_parts_of_speech_are_named_and_not_learned(settings: Settings, sentence: str) -> None:
    with pytest.raises(DatasetError, match="tags_of_words"):
        read(settings, sentence * 20, "words.txt")


def test_rows_of_libsvm_hold_no_text(settings: Settings) -> None:
    with pytest.raises(DatasetError, match="table_numbers"):
        read(settings, "".join(f"{n % 2} 1:{n} 3:0.5 7:1\n" for n in range(60)), "a.txt")


def test_marks_of_ubiai_are_spans(settings: Settings) -> None:
    rows = [{"documentName": "d", "document": text, "tokens": [{"text": "the", "start": 0, "end": 3, "entityLabel": "X"}], "annotation": [{"start": 4, "end": 8, "label": "Food", "text": "soup"}]} for text in TEXTS]  # fmt: skip
    version = read(settings, json.dumps(rows), "ubiai.json")
    assert (version.recipe.target, version.summary.classes) == ("entities", {"Food": 60})


def test_free_text_as_label_is_said(settings: Settings) -> None:
    version = read(settings, csv("label", [f"since it was day {n} of ours" for n in range(60)]))
    assert said(version, "labels_are_texts") == {"column": "label", "count": 60, "rows": 60}


SECOND_LINES = {  # below "StartDate", "words" and "mood"
    "written otherwise": ["Start Date", "What happened?", "Mood"],
    "another language": ["开始时间", "内容", "情感"],
}


@pytest.mark.parametrize("second", list(SECOND_LINES))
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_second_line_of_names_is_no_row(settings: Settings, second: str, ending: str) -> None:
    rows = [["StartDate", "words", "mood"], SECOND_LINES[second]]
    rows += [[f"d{n}", text, label] for n, (text, label) in enumerate(zip(TEXTS, LABELS, strict=True))]  # fmt: skip
    if ending == "csv":
        version = read(settings, "\n".join(map(",".join, rows)))
    else:
        version = workbook(settings, rows)
    assert (version.recipe.target, version.summary.classes) == ("mood", CLASSES)
    assert said(version, "header_more") is not None


def workbook(settings: Settings, rows: list[list[str]]) -> Version:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    settings.scratch.mkdir(parents=True, exist_ok=True)
    book.save(path := settings.scratch / "t.xlsx")
    return DatasetService(settings, ScratchStore()).import_file("me", path).version


@pytest.mark.parametrize("is_other", [True, False])
def test_another_table_below_an_empty_row_is_said_and_not_joined(
    settings: Settings, is_other: bool
) -> None:
    rows = [["text", "label"], *map(list, zip(TEXTS, LABELS, strict=True))]
    below = [["Agent", "Calls", "Rating"], *[[f"agent {n}", f"{n}", "ok"] for n in range(9)]]
    version = workbook(settings, [*rows[:31], [], *rows[31:], *([[], *below] if is_other else [])])
    assert version.summary.classes == CLASSES
    told = {"row": 64, "count": 9, "names": "Agent, Calls, Rating"}
    assert said(version, "table_below") == (told if is_other else None)


@pytest.mark.parametrize(
    ("name", "text", "target", "classes"),
    [
        ("quotes.tsv", "head\tbody\tlabel\n" + "".join(f"{chr(34) * (n % 3 == 0)}Best {n}\tmy 5{chr(34)} thing, {text}\t{LABELS[n]}\n" for n, text in enumerate(TEXTS)), "label", CLASSES),
        ("table.md", "# Results\n\n| text | label |\n|---|---|\n" + "".join(f"| {text} | {LABELS[n]} |\n" for n, text in enumerate(TEXTS)), "label", CLASSES),
        ("min.json", json.dumps([{"id": n, "text": text, "label": [{"start": 4, "end": 8, "text": "soup", "labels": ["Food"]}], "annotator": 1} for n, text in enumerate(TEXTS)]), "label", {"Food": 60}),
        ("p.jsonl", "".join(json.dumps({"text": text, "_input_hash": n, "tokens": [{"text": "the", "start": 0, "end": 3, "id": 0}], "spans": [{"start": 4, "end": 8, "label": "Food"}], "answer": ("accept", "reject")[n % 2]}) + "\n" for n, text in enumerate(TEXTS)), "spans", {"Food": 30}),
        ("wjx.csv", "2、购买过(手机),2、购买过(电脑),2、购买过(家电),3、您的建议,4、总体满意度\n" + "".join(f"{n % 2},{n // 2 % 2},{n // 3 % 2},{text},{LABELS[n]}\n" for n, text in enumerate(TEXTS)), "4、总体满意度", CLASSES),
    ],
    ids=["quotes", "Markdown", "Label Studio", "Prodigy", "survey"],
)  # fmt: skip
def test_classes_and_marks_of_exports(
    settings: Settings, name: str, text: str, target: str, classes: dict[str, int]
) -> None:
    version = read(settings, text, name)
    assert (version.recipe.target, version.summary.classes) == (target, classes)
    assert version.summary.rows == 60


def test_choices_of_a_chinese_survey_in_one_cell_are_several(settings: Settings) -> None:
    values = [("手机", "电脑┋家电", "手机┋家电", "电脑", "手机┋电脑")[n % 5] for n in range(60)]
    assert said(read(settings, csv("label", values)), "labels_several") is not None


# files --------------------------------------------------------------------------------------------------


def parquet(settings: Settings, table: pa.Table, features: object = None) -> Path:
    record = {"huggingface": json.dumps({"info": {"features": features}})} if features else None
    path = settings.scratch / "table.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(record), path)
    return path


def test_classes_in_lists_and_in_objects_of_parquet_have_their_names(settings: Settings) -> None:
    service = DatasetService(settings, ScratchStore())
    names = {"names": ["O", "B-PER", "I-PER"], "_type": "ClassLabel"}
    tags = [[1, 2, *[0] * (len(text.split()) - 2)] for text in TEXTS]
    words = pa.table({"tokens": [text.split() for text in TEXTS], "ner_tags": tags})
    features = {"ner_tags": {"feature": names, "_type": "Sequence"}}
    version = service.import_file("me", parquet(settings, words, features)).version
    assert (version.summary.target, version.summary.classes) == ("spans", {"PER": 60})
    inside = pa.table({"row": [{"review": text, "stars": n % 2} for n, text in enumerate(TEXTS)]})
    features = {"row": {"review": {"dtype": "string", "_type": "Value"}, "stars": {"names": ["bad", "good"], "_type": "ClassLabel"}}}  # fmt: skip
    version = service.import_file("me", parquet(settings, inside, features)).version
    assert (version.recipe.input, version.summary.classes) == ("row.review", CLASSES)


def test_workbook_is_one_whatever_it_is_called(settings: Settings) -> None:
    book, path = openpyxl.Workbook(), settings.scratch / "table.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    for row in [("probe", "note", "weight"), (None, None, "kg"), *((n, a, n + 0.5) for n, a in enumerate(TEXTS))]:  # fmt: skip
        book.active.append(row)
    book.save(settings.scratch / "table.xlsx")
    (settings.scratch / "table.xlsx").rename(path)
    version = DatasetService(settings, ScratchStore()).import_file("me", path).version
    assert (version.summary.rows, version.summary.number_range) == (60, (0.5, 59.5))


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: "\n".join(f"({a!r}, {int(b == 'good')})" for a, b in rows),
        lambda rows: "ROWS = [\n" + "".join(f'  ("{a}", "{b}"),\n' for a, b in rows) + "]",
        lambda rows: "window.part0 = " + json.dumps([{"text": a, "label": b} for a, b in rows], indent=1) + ";",
    ],
    ids=["tuples", "list of tuples", "script"],
)  # fmt: skip
def test_rows_as_programs_print_them(settings: Settings, write) -> None:  # type: ignore[no-untyped-def]
    version = read(settings, write(list(zip(TEXTS, LABELS, strict=True))), "rows.txt")
    assert sorted(version.summary.classes.values()) == [30, 30]
    assert texts(settings, version)[3] == TEXTS[3]


def test_gettext_is_a_translation(settings: Settings) -> None:
    head = 'msgid ""\nmsgstr ""\n"Language: de\\n"\n\n'
    body = "".join(
        f'#: a.c:{n}\n{"#, fuzzy" if n == 7 else "#. note"}\nmsgid ""\n"{text}\\n"\nmsgstr "am Tag {n} war sie gut"\n\n'
        for n, text in enumerate(TEXTS)
    )
    version = read(settings, f'{head}{body}#~ msgid "old"\n#~ msgstr "alt"\n', "de.po")
    assert (version.summary.target, version.summary.rows) == ("text", 59)
    assert said(version, "po_left") == {"count": 1}


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: "".join(f"65{n}_!_10{n % 2}_!_{b}_!_{a}_!_\n" for n, (a, b) in enumerate(rows)),
        lambda rows: '"text" "label"\n' + "".join(f'"{n}" "{a}" "{b}"\n' for n, (a, b) in enumerate(rows)),
    ],
    ids=["toutiao", "R"],
)  # fmt: skip
def test_cells_parted_by_other_marks(settings: Settings, write) -> None:  # type: ignore[no-untyped-def]
    version = read(settings, write(list(zip(TEXTS, LABELS, strict=True))), "rows.txt")
    assert version.summary.classes == CLASSES  # their names, where numbers stand beside them
    assert texts(settings, version)[3] == TEXTS[3]


def test_parts_and_marks_in_an_archive(settings: Settings) -> None:
    service, path = DatasetService(settings, ScratchStore()), settings.scratch / "set.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as archive:
        for part, at in (("train", range(40)), ("val", range(40, 50)), ("test", range(50, 60))):
            archive.writestr(f"news.{part}.txt", "".join(f"{LABELS[n]}\t{TEXTS[n]}\n" for n in at))
    version = service.import_file("me", path).version
    assert (version.summary.classes, version.summary.split_rows["test"]) == (CLASSES, 10)
    with ZipFile(path, "w") as archive:
        for at, text in enumerate(TEXTS):
            archive.writestr(f"docs/{at}.txt", text)
            archive.writestr(
                f"docs/{at}.ann", "T1\tFood 4 8\tsoup\nT2\tFood 0 3;9 12\tthe was\n#1\tNote\n"
            )
    version = service.import_file("me", path).version
    assert (version.summary.target, version.summary.classes) == ("spans", {"Food": 60})
    assert said(version, "brat") == {"count": 60, "left": 60}


def test_marks_by_kind_are_spans(settings: Settings) -> None:
    rows = [{"text": text, "label": {"food": {"soup": [[4, 7]]}, "day": {f"{at}": [[len(text) - len(str(at)), len(text) - 1]]}}} for at, text in enumerate(TEXTS)]  # fmt: skip
    version = read(settings, "\n".join(map(json.dumps, rows)), "rows.json")
    assert (version.summary.target, version.summary.classes) == ("spans", {"food": 60, "day": 60})
