"""Sentences in two languages: which columns they are, translation memories, and two parallel files."""

import random
import zipfile
from pathlib import Path

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.data.ingest.importer import Upload, read_upload
from bigmodel.data.tables.pairs.columns import pair_of
from bigmodel.data.tables.source import sample_rows
from tests.fakes.tiny_mbart import tiny_pairs
from tests.fakes.workshop import quick_settings

ENGLISH = tiny_pairs(60).train.inputs
CHINESE = tiny_pairs(60).train.targets
TMX = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="zh-CN"/><body>{units}</body></tmx>"""
UNIT = (
    '<tu><tuv xml:lang="en"><seg>The <bpt i="1">&lt;b&gt;</bpt>soup<ept i="1">&lt;/b&gt;</ept> {n}.</seg></tuv>'
    '<tuv xml:lang="zh-CN"><seg>汤{n}。</seg></tuv></tu>'
)


def read(path: Path, tmp_path: Path) -> tuple[Upload, dict[str, list[str]]]:
    settings = quick_settings(tmp_path / "home")
    settings.scratch.mkdir(parents=True, exist_ok=True)
    upload = read_upload(path, settings)
    columns = sample_rows(upload.source(), 100)
    upload.discard()
    return upload, columns


def said(upload: Upload) -> set[str]:
    return {problem.key.rpartition(".")[2] for problem in upload.problems}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("source", "target"), ("source", "target")),
        (("target", "source"), ("source", "target")),
        (("zh", "en"), ("zh", "en")),
        (("英文", "中文"), ("英文", "中文")),
        (("a", "b"), ("a", "b")),
    ],
)
def test_columns_of_two_languages_are_found(
    names: tuple[str, str], expected: tuple[str, str]
) -> None:
    sides = {names[0]: CHINESE, names[1]: ENGLISH}
    guess = pair_of({"id": [str(n) for n in range(len(ENGLISH))], **sides})
    assert guess
    assert (guess.text, guess.label, guess.kind) == (*expected, "text")


def test_texts_with_classes_numbers_or_other_texts_are_no_pair() -> None:
    dice = random.Random(0)  # noqa: S311  (no secret)
    replies = [" ".join(dice.choices(ENGLISH, k=dice.randint(1, 3))) for _ in ENGLISH]
    for other in (
        [("good", "bad")[n % 2] for n, _ in enumerate(ENGLISH)],
        [str(n) for n, _ in enumerate(ENGLISH)],
        [f'[[0, {len(text)}, "PLACE"]]' for text in ENGLISH],
        replies,
        ENGLISH,
    ):
        assert pair_of({"text": ENGLISH, "label": other}) is None


def test_asked_for_translation_takes_any_two_texts() -> None:
    replies = [f"{text} indeed so" for text in reversed(ENGLISH)]
    sample = {"n": [str(n) for n, _ in enumerate(ENGLISH)], "old": ENGLISH, "new": replies}
    assert pair_of(sample) is None
    guess = pair_of(sample, kind="text")
    assert guess
    assert (guess.text, guess.label, guess.kind) == ("old", "new", "text")


def test_translation_memory_has_a_column_for_each_language(tmp_path: Path) -> None:
    alone = '<tu><tuv xml:lang="en"><seg>alone</seg></tuv></tu>'
    units = "".join(UNIT.format(n=n) for n in range(20)) + alone
    (tmp_path / "memory.tmx").write_text(TMX.format(units=units), "utf-8")
    upload, columns = read(tmp_path / "memory.tmx", tmp_path)
    assert (upload.format, upload.rows) == ("tmx", 20)
    assert list(columns) == ["zh-CN", "en"]  # the source of the memory first
    assert (columns["en"][3], columns["zh-CN"][3]) == ("The soup 3.", "汤3。")
    assert {"tmx", "tmx_alone"} <= said(upload)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (TMX.replace('SYSTEM "tmx14.dtd"', '[<!ENTITY a "b">]'), "tmx_entities"),
        (TMX.replace("</tmx>", ""), "tmx_broken"),
        (TMX.replace("{units}", "<tu><tuv xml:lang='en'><seg>x</seg></tuv></tu>"), "tmx_one_language"),
    ],
)  # fmt: skip
def test_translation_memory_that_cannot_be_used_is_refused(
    tmp_path: Path, text: str, key: str
) -> None:
    (tmp_path / "memory.tmx").write_text(text.format(units=UNIT.format(n=1)), "utf-8")
    with pytest.raises(DatasetError, match=key):
        read(tmp_path / "memory.tmx", tmp_path)


def pack(path: Path, **files: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, lines in files.items():
            archive.writestr(name.replace("__", "."), "\n".join(lines) + "\n")
    return path


def test_two_parallel_files_are_a_table(tmp_path: Path) -> None:
    path = pack(tmp_path / "corpus.zip", train__en=ENGLISH, train__zh=CHINESE, README=["notes"])
    upload, columns = read(path, tmp_path)
    assert columns == {"en": ENGLISH, "zh": CHINESE}
    assert (upload.medium, upload.format, said(upload)) == ("text", "parallel", {"parallel"})
    named = pack(tmp_path / "named.zip", source__txt=ENGLISH, target__txt=CHINESE)
    assert list(read(named, tmp_path)[1]) == ["source", "target"]


def test_parallel_files_of_unlike_lengths_are_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "corpus.zip", a__en=ENGLISH, a__zh=CHINESE[1:])
    with pytest.raises(DatasetError, match="parallel_lengths") as caught:
        read(path, tmp_path)
    assert caught.value.args_of_words["second_lines"] == len(CHINESE) - 1


def test_pairs_of_several_parts_are_one_table_with_its_parts(tmp_path: Path) -> None:
    beside = {"corpus__xml": ["<x/>"], "LICENSE": ["free"]}
    sides = {f"{part}__{side}": texts[:20] for part in ("train", "test") for side, texts in (("en", ENGLISH), ("zh", CHINESE))}  # fmt: skip
    upload, columns = read(pack(tmp_path / "corpus.zip", **sides, **beside), tmp_path)
    assert (upload.rows, list(columns)) == (40, ["en", "zh", "split"])
    assert (columns["zh"][0], set(columns["split"])) == (CHINESE[0], {"train", "test"})
