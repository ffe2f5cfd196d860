"""Every bad table of the shared corpus gets the verdict its manifest names, in time and in plain words."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bigmodel.core.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.services.datasets import DatasetService
from bigmodel.settings import Settings
from bigmodel.store.memory import MemoryStore
from bigmodel.words import load_words

CORPUS = Path(__file__).parents[4] / "shared" / "badfiles" / "corpus"
TABLES = ("t_", "x_", "p_")

if not CORPUS.is_dir():
    pytest.skip(f"the shared corpus is not at {CORPUS}", allow_module_level=True)

FILES = {
    record["file"]: record
    for record in json.loads((CORPUS / "manifest.json").read_text("utf-8"))["files"]
    if record["file"].startswith(TABLES)
}


def _has(dataset: Dataset, key: str, **args: object) -> bool:
    said = [p for p in dataset.version.summary.problems if p.key.endswith(f".{key}")]
    return bool(said) and all(said[0].args[name] == value for name, value in args.items())


def _texts(service: DatasetService, dataset: Dataset) -> list[str]:
    column = dataset.version.summary.columns.index(dataset.version.recipe.input)
    rows = service.preview("local", dataset.id, limit=100).rows
    return [row[column] for row in rows]


Accepted = Callable[[DatasetService, Dataset], bool]
ACCEPTED: dict[str, Accepted] = {
    "t_utf8_bom.csv": lambda s, d: d.version.summary.columns[0] == "text",
    "t_gb18030.csv": lambda s, d: (
        d.version.recipe.encoding == "GB18030"
        and _texts(s, d) == _lines("t_gb18030.csv", "gb18030")
        and d.version.summary.han_share > 0.9
    ),
    "t_utf16le_bom.csv": lambda s, d: _texts(s, d) == _lines("t_utf16le_bom.csv", "utf-16"),
    "t_mixed_encoding.csv": lambda s, d: (
        _has(d, "encoding_mixed", line=32) and all(text.startswith("café") for text in _texts(s, d))
    ),
    "t_dup_headers.csv": lambda s, d: (
        d.version.summary.columns == ("text", "text (2)", "label") and _has(d, "headers_repeated")
    ),
    "t_semicolon.csv": lambda s, d: (
        d.version.recipe.delimiter == ";" and len(d.version.summary.columns) == 2
    ),
    "t_mixed_delims.csv": lambda s, d: _has(d, "rows_ragged", count=40),
    "t_ragged.csv": lambda s, d: _has(d, "rows_ragged", count=24, line=2),
    "t_unclosed_quote.csv": lambda s, d: (
        _has(d, "quote_open", line=3) and d.version.summary.rows == 82
    ),
    "t_huge_field.csv": lambda s, d: _has(d, "field_cut", line=2),
    "t_1e6_rows.csv": lambda s, d: d.version.summary.rows == 1_000_000,
    "t_missing_labels.csv": lambda s, d: _has(d, "targets_missing", count=24),
    "t_singleton_class.csv": lambda s, d: _has(d, "class_single", labels="rare"),
    "t_dup_conflict.csv": lambda s, d: _has(d, "duplicates_conflict", count=40),
    "t_formula.csv": lambda s, d: _texts(s, d)[0] == "=cmd|'/c calc'!A0",
    "t_xss.csv": lambda s, d: "<script>" in _texts(s, d)[0],
    "t_long_label.csv": lambda s, d: _has(d, "labels_long", count=2),
    "t_badline.jsonl": lambda s, d: _has(d, "json_line_broken", line=17, count=1),
    "t_array_named.jsonl": lambda s, d: d.version.summary.rows == 60,
    "x_ok.xlsx": lambda s, d: d.version.recipe.format == "xlsx" and d.version.summary.rows == 60,
    "x_is_csv.xlsx": lambda s, d: _has(d, "format_by_content", format="CSV"),
}
REFUSED = {
    "t_empty.csv": "file_empty",
    "t_header_only.csv": "rows_none",
    "t_100k_columns.csv": "columns_many",
    "t_one_class.csv": "one_class",
    "t_html_named.csv": "file_web_page",
    "t_deep.jsonl": "json_deep",
    "x_billion_laughs.xlsx": "workbook_unsafe",
    "x_sheet_bomb.xlsx": "workbook_bomb",
    "x_encrypted.xlsx": "workbook_locked",
    "p_footer_lie.parquet": "parquet_broken",
    "p_dict_bomb.parquet": "table_big",  # "accept with warning … refusal is fine too"
}


def _lines(name: str, encoding: str) -> list[str]:
    """The first cells as they truly are."""
    text = (CORPUS / name).read_bytes().decode(encoding)
    return [line.split(",")[0] for line in text.splitlines()[1:]]


def test_every_table_has_an_expectation() -> None:
    assert set(FILES) == set(ACCEPTED) | set(REFUSED)


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCEPTED)
def test_usable_table_is_accepted(name: str, settings: Settings) -> None:
    service, record = DatasetService(settings, MemoryStore()), FILES[name]
    start = time.monotonic()
    dataset = service.import_file("local", CORPUS / name)
    assert time.monotonic() - start <= record["limit_s"]
    assert record["expected"].startswith("accept")
    assert ACCEPTED[name](service, dataset)
    problems = dataset.version.summary.problems
    assert problems or "warning" not in record["expected"]
    assert _speaks(problems)
    assert not list(settings.scratch.iterdir())


@pytest.mark.parametrize("name", REFUSED)
def test_useless_table_is_refused(name: str, settings: Settings) -> None:
    service, record = DatasetService(settings, MemoryStore()), FILES[name]
    start = time.monotonic()
    with pytest.raises(DatasetError) as caught:
        service.import_file("local", CORPUS / name)
    assert time.monotonic() - start <= record["limit_s"]
    assert record["expected"].startswith("reject") or "refusal is fine" in record["check"]
    assert caught.value.key == REFUSED[name]
    assert _speaks(caught.value.problems)
    assert not list(settings.scratch.iterdir())
    assert not list(settings.datasets.iterdir())


def _speaks(problems: Sequence[Message]) -> bool:
    words = load_words()
    said = [words.say(language, problem) for language in ("en", "zh") for problem in problems]
    return all(said)
