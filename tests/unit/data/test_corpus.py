"""Every bad upload of the shared corpus gets the verdict its manifest names, in time and in plain words."""

import json
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.media.entry import Given
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from tests.fakes import journey
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.services import real_services
from tests.patience import PATIENCE_S

CORPUS = Path(__file__).parents[4] / "shared" / "badfiles" / "corpus"
UPLOADS = ("t_", "x_", "p_", "z_", "a_")
SINGLE = ("i_", "w_")
MOST_WRITTEN_MB = 50  # of a file that is refused

if not CORPUS.is_dir():
    pytest.skip(f"the shared corpus is not at {CORPUS}", allow_module_level=True)

MANIFEST = json.loads((CORPUS / "manifest.json").read_text("utf-8"))["files"]
FILES = {record["file"]: record for record in MANIFEST if record["file"].startswith(UPLOADS)}
SINGLES = {record["file"]: record for record in MANIFEST if record["file"].startswith(SINGLE)}


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
    "z_ok.zip": lambda s, d: dict(d.version.summary.classes) == {"cat": 6, "dog": 6},
    "z_case_collide.zip": lambda s, d: (
        len(d.version.summary.classes) == 4
        and d.version.summary.rows == 24
        and _has(d, "files_labels_alike", labels="Cat / cat, café / cafe\u0301")
    ),
    "z_win_reserved.zip": lambda s, d: (
        {"CON", "aux"} <= set(d.version.summary.classes)
        and {"CON/nul.png", "cat/a:b?.png", "cat/trailing. .png "} <= set(_names(s, d))
    ),
    "z_gbk_names.zip": lambda s, d: set(d.version.summary.classes) == {"猫", "狗"},
    "z_xss_names.zip": lambda s, d: "<img src=x onerror=window.BAD=1>" in d.version.summary.classes,
    "z_junk.zip": lambda s, d: dict(d.version.summary.classes) == {"cat": 6, "dog": 6},
    "z_polyglot_jpg.zip": lambda s, d: _has(d, "archive_prefix", bytes=657),
    "z_mixed_bad_images.zip": lambda s, d: d.version.summary.rows == 12,
    "a_ok.zip": lambda s, d: d.version.summary.usable_rows == 6,
    "a_missing_file.zip": lambda s, d: _has(d, "files_missing", names="audio/a6.wav, audio/a7.wav"),
    "a_mixed_bad.zip": lambda s, d: d.version.summary.rows == 6,
}
ASKED = {"z_mixed_bad_images.zip": 6, "a_mixed_bad.zip": 3}  # unreadable files, left out if agreed
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
    "z_empty.zip": "archive_empty",
    "z_truncated.zip": "archive_truncated",
    "z_traversal.zip": "archive_paths",
    "z_symlink.zip": "archive_links",
    "z_bomb_flat.zip": "archive_bomb",
    "z_bomb_lying.zip": "archive_bomb",
    "z_40k_entries.zip": "archive_hollow",
    "z_encrypted.zip": "archive_locked",
    "z_one_class.zip": "one_folder",
    "z_tar_named.zip": "archive_format",
    "a_traversal_table.zip": "transcripts_paths",
    "a_no_table.zip": "media_no_table",
}
# What is said of a single picture or recording among good ones: a warning, or why it cannot be used.
SINGLE_TOLD = {
    "i_1x1.png": "pictures_tiny",
    "i_gps.jpg": "metadata_removed",
    "i_cmyk.jpg": "",
    "w_lying_size.wav": "sounds_cut",
    "w_silence.wav": "sounds_silent",
}
SINGLE_REFUSED = {
    "i_pixel_bomb.png": "picture_large",
    "i_truncated.jpg": "picture_broken",
    "i_eps_named.png": "picture_format",
    "i_zero.jpg": "picture_empty",
    "w_zero_ch.wav": "sound_header",
    "w_nan.wav": "sound_not_finite",
    "w_mp3_named.wav": "sound_broken",
}


def _lines(name: str, encoding: str) -> list[str]:
    """The first cells as they truly are."""
    text = (CORPUS / name).read_bytes().decode(encoding)
    return [line.split(",")[0] for line in text.splitlines()[1:]]


def _names(service: DatasetService, dataset: Dataset) -> list[str]:
    return [row[0] for row in service.preview("local", dataset.id, limit=100).rows]


def clocks() -> tuple[float, float]:
    """Return the processor time of this process and its ended children, and the time on the wall."""
    return sum(os.times()[:4]), time.monotonic()


def written_mb() -> float:
    """Return what this process and its ended children wrote in all, where the system counts it."""
    counts = Path("/proc/self/io")
    if not counts.exists():
        return 0.0
    told = dict(line.split(": ") for line in counts.read_text("utf-8").splitlines())
    return int(told["wchar"]) / 2**20


def assert_within(limit_s: float, start: tuple[float, float]) -> None:
    """Hold a limit in processor time, so that a busy machine breaks none, and that nothing hung without using any."""
    used, passed = (now - before for now, before in zip(clocks(), start, strict=True))
    assert used <= limit_s
    assert passed <= PATIENCE_S


def test_every_upload_has_an_expectation() -> None:
    assert set(FILES) == set(ACCEPTED) | set(REFUSED)
    assert set(SINGLES) == set(SINGLE_TOLD) | set(SINGLE_REFUSED)


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCEPTED)
def test_usable_upload_is_accepted(name: str, settings: Settings) -> None:
    service, record = DatasetService(settings, ScratchStore()), FILES[name]
    start = clocks()
    if name in ASKED:
        with pytest.raises(DatasetError) as caught:
            service.import_file("local", CORPUS / name)
        assert len(caught.value.unreadable) == ASKED[name]
        assert _speaks(caught.value.problems)
    dataset = service.import_file("local", CORPUS / name, leave_out=name in ASKED)
    assert_within(record["limit_s"], start)
    assert record["expected"].startswith("accept")
    assert ACCEPTED[name](service, dataset)
    problems = dataset.version.summary.problems
    assert problems or "warning" not in record["expected"]
    assert _speaks(problems)
    assert not list(settings.scratch.iterdir())


def test_class_of_one_row_is_named_and_the_rest_is_learnt(settings: Settings) -> None:
    services = real_services(settings)
    dataset = services.datasets.import_file("local", CORPUS / "t_singleton_class.csv")
    assert _has(dataset, "class_single", labels="rare")
    assert services.inference.resolve("local", journey.train(services, dataset).id)


@pytest.mark.parametrize("name", REFUSED)
def test_useless_upload_is_refused(name: str, settings: Settings) -> None:
    service, record = DatasetService(settings, ScratchStore()), FILES[name]
    start, written = clocks(), written_mb()
    with pytest.raises(DatasetError) as caught:
        service.import_file("local", CORPUS / name)
    assert_within(record["limit_s"], start)
    assert written_mb() - written < MOST_WRITTEN_MB
    assert record["expected"].startswith("reject") or "refusal is fine" in record["check"]
    assert caught.value.key == REFUSED[name]
    assert _speaks(caught.value.problems)
    _leaves_nothing(settings)


def _leaves_nothing(settings: Settings) -> None:
    assert not list(settings.scratch.iterdir())
    assert not list(settings.datasets.iterdir())
    written = [path for path in settings.home.parent.rglob("*") if not path.is_dir()]
    assert written == []
    assert not Path("/tmp/evil_abs.png").exists()  # noqa: S108  (the name that an archive asks for)


def _among(name: str) -> list[Given]:
    """Return a file of the corpus among good ones of its kind, as a tray would hold it."""
    kind = "z_ok.zip" if name.startswith("i_") else "a_ok.zip"
    folder = Path(tempfile.mkdtemp())
    good = []
    with zipfile.ZipFile(CORPUS / kind) as archive:
        for number, entry in enumerate(e for e in archive.namelist() if not e.endswith(".csv")):
            (folder / str(number)).write_bytes(archive.read(entry))
            label = "one" if number % 2 else "two"
            good.append(Given(f"{label}/{number}{Path(entry).suffix}", folder / str(number)))
    return [*good, Given(f"one/{name}", CORPUS / name)]


@pytest.mark.parametrize("name", SINGLE_TOLD)
def test_usable_single_file_is_accepted(name: str, settings: Settings) -> None:
    service, record = DatasetService(settings, ScratchStore()), SINGLES[name]
    start = clocks()
    dataset = service.import_given("local", _among(name), name=name)
    assert_within(record["limit_s"], start)
    assert record["expected"].startswith("accept")
    assert not SINGLE_TOLD[name] or _has(dataset, SINGLE_TOLD[name], names=f"one/{name}")
    last = service.gallery("local", dataset.id)[-1]
    stored = service.media_path("local", dataset.id, last.file)
    assert b"Exif" not in stored.read_bytes()


@pytest.mark.parametrize("name", SINGLE_REFUSED)
def test_useless_single_file_is_named(name: str, settings: Settings) -> None:
    service, record = DatasetService(settings, ScratchStore()), SINGLES[name]
    start = clocks()
    with pytest.raises(DatasetError) as caught:
        service.import_given("local", _among(name), name=name)
    assert_within(record["limit_s"], start)
    assert record["expected"].startswith("reject")
    reasons = [(file, reason.key) for file, reason in caught.value.unreadable]
    assert reasons == [(f"one/{name}", f"errors.{SINGLE_REFUSED[name]}")]
    assert _speaks([reason for _, reason in caught.value.unreadable])
    _leaves_nothing(settings)


def _speaks(problems: Sequence[Message]) -> bool:
    words = load_words()
    said = [words.say(language, problem) for language in ("en", "zh") for problem in problems]
    return all(said)
