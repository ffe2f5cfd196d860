"""Tables and texts in a ZIP or a folder: parts are joined and kept apart, folders are classes, and what is left out is said."""

import gzip
import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from PIL import Image

from bigmodel.core.datasets.dataset import Version
from bigmodel.core.errors import DatasetError
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.import_source import AnsweredUpload
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore

ROWS = [(f"it is number {at}", ("good", "bad")[at % 2]) for at in range(60)]
CLASSES = {"good": 30, "bad": 30}

Files = Mapping[str, str | bytes]


def table(rows: list[tuple[str, str]], names: str = "text,label") -> str:
    return "\n".join([names, *(f"{a},{b}" for a, b in rows)])


def packed(settings: Settings, files: Files) -> Path:
    settings.scratch.mkdir(parents=True, exist_ok=True)
    path = settings.scratch / "brought.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def read(settings: Settings, files: Files, told: AnsweredUpload | None = None) -> Version:
    service = DatasetService(settings, ScratchStore())
    return service.import_file("me", packed(settings, files), **(told or {})).version


def said(version: Version, key: str) -> dict[str, object] | None:
    """Return the arguments of a sentence, None where it is not said."""
    found = (each for each in version.summary.problems if each.key.endswith(f".{key}"))
    return next((dict(each.args) for each in found), None)


def book() -> bytes:
    made, buffer = Workbook(), BytesIO()
    for row in [("text", "label"), *ROWS]:
        made.active.append(row)
    made.save(buffer)
    return buffer.getvalue()


def word(*paragraphs: str) -> bytes:
    buffer, space = BytesIO(), "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    said = "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in paragraphs)
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", f'<w:d xmlns:w="{space}">{said}</w:d>')
    return buffer.getvalue()


def test_word_documents_are_texts(settings: Settings) -> None:
    files = {f"Contracts/{n}.docx": word(f"Agreement {n}", "by A &amp; B") for n in range(20)}
    others = {"Contracts/~$1.docx": b"lock", "Contracts/broken.docx": b"PK\x03\x04 no archive"}
    version = read(settings, files | others)
    texts = load_rows(settings.home / version.folder)["input"]
    assert sorted(texts)[0] == "Agreement 0\nby A & B"
    assert version.summary.rows == 20
    assert said(version, "documents_unread") == {"count": 1, "names": "Contracts/broken.docx"}


def test_word_documents_in_folders_have_classes(settings: Settings) -> None:
    files = {
        f"{kind}/{n}.docx": word(f"{kind} {n}") for kind in ("lease", "supply") for n in range(12)
    }
    assert read(settings, files).summary.classes == {"lease": 12, "supply": 12}


def test_packed_tables_are_parts(settings: Settings) -> None:
    files = {f"data/{part}.csv.gz": gzip.compress(table(rows).encode()) for part, rows in (("train", ROWS[:48]), ("test", ROWS[48:]))}  # fmt: skip
    version = read(settings, files)
    assert (version.summary.classes, version.summary.split_rows["test"]) == (CLASSES, 12)
    with pytest.raises(DatasetError, match="packed_broken"):
        read(settings, {"a.csv.gz": files["data/train.csv.gz"][:40]})
    for count in (1, 2):  # of which each alone would be taken
        hollow = gzip.compress(bytes(20 // count * 2**20))
        with pytest.raises(DatasetError, match="packed_bomb"):
            read(settings, {f"{n}.csv.gz": hollow for n in range(count)})


# tables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("IMDB Dataset.csv", table(ROWS)),
        ("data/rows.jsonl", "\n".join(json.dumps({"text": a, "label": b}) for a, b in ROWS)),
        ("数据.xlsx", book()),
        ("lines.txt", "\n".join(f"__label__{b} {a}" for a, b in ROWS)),
    ],
)
def test_only_table_of_an_archive_is_read(
    settings: Settings, name: str, content: str | bytes
) -> None:
    version = read(settings, {name: content, "README.md": "about", "__MACOSX/._x.csv": b"\0\1"})
    assert version.summary.classes == CLASSES
    assert (said(version, "table_inside") or {})["name"] == name
    assert said(version, "files_apart") == {"count": 1, "names": "README.md"}


def test_parts_are_one_table_and_stay_parts(settings: Settings) -> None:
    turned = "\n".join(["label,text", *(f"{b},{a}" for a, b in ROWS[40:50])])
    files = {
        "data/train.csv": table(ROWS[:40]),
        "data/dev.csv": turned,
        "data/test.csv": table(ROWS[50:]),
    }
    version = read(settings, files)
    assert version.summary.classes == CLASSES
    assert version.summary.split_rows == {"train": 40, "validation": 10, "test": 10, "none": 0}
    rows = load_rows(settings.home / version.folder)
    held = {text for text, part in zip(rows["input"], rows["split"], strict=True) if part == "test"}
    assert held == {text for text, _ in ROWS[50:]}
    assert said(version, "rows_few") is None


def test_tables_saved_by_datasets_are_read_and_their_records_are_none(settings: Settings) -> None:
    files: dict[str, str | bytes] = {"a/dataset_dict.json": '{"splits": ["train", "test"]}'}
    for part, count in (("train", 60), ("test", 12)):
        saved = BytesIO()
        rows = pa.table({"text": [f"the {part} film {n}" for n in range(count)], "label": [f"c{n % 2}" for n in range(count)]})  # fmt: skip
        with pa.ipc.new_stream(saved, rows.schema) as stream:
            stream.write_table(rows)
        files[f"a/{part}/data-00000-of-00001.arrow"] = saved.getvalue()
        files |= {f"a/{part}/{name}.json": '{"features": {}}' for name in ("state", "dataset_info")}
    summary = read(settings, files).summary
    assert (summary.rows, summary.split_rows["test"]) == (72, 12)


def held(part: str, count: int) -> bytes:
    """Return a table of the hub whose cells are pictures, with numbers for classes that its schema names."""
    shades = {"train": 0, "test": 120}
    cells = []
    for n in range(count):
        saved = BytesIO()
        Image.new("RGB", (40, 40), (shades[part] + n, 9 * n % 256, 90)).save(saved, "PNG")
        cells.append({"bytes": saved.getvalue(), "path": f"{n}.png"})
    features = {"label": {"names": ["rust", "healthy"], "_type": "ClassLabel"}}
    told = {"huggingface": json.dumps({"info": {"features": features}})}
    rows = pa.table({"image": cells, "label": [n % 2 for n in range(count)]})
    written = BytesIO()
    pq.write_table(rows.replace_schema_metadata(told), written)
    return written.getvalue()


def test_pictures_in_the_cells_of_a_table_are_read_with_their_classes(settings: Settings) -> None:
    files = {f"data/{part}-00000-of-00001.parquet": held(part, n) for part, n in (("train", 60), ("test", 12))}  # fmt: skip
    version = read(settings, files)
    assert (version.summary.medium, version.summary.classes) == ("image", {"rust": 36, "healthy": 36})  # fmt: skip
    assert version.summary.split_rows["test"] == 12
    alone = settings.scratch / "leaves.parquet"
    alone.write_bytes(held("train", 60))
    summary = DatasetService(settings, ScratchStore()).import_file("me", alone).version.summary
    assert summary.classes == {"rust": 30, "healthy": 30}
    assert summary.split_rows["test"] > 0


def test_repeated_texts_of_the_given_test_leave_training(settings: Settings) -> None:
    version = read(settings, {"train.csv": table(ROWS), "test.csv": table(ROWS[:10])})
    assert (version.summary.split_rows["test"], version.summary.split_rows["none"]) == (10, 10)
    assert said(version, "test_overlap") == {"count": 10}


def test_test_table_without_answers_is_left_out_and_said(settings: Settings) -> None:
    blind = "\n".join(["id,text", *(f"{at},{a}" for at, (a, _) in enumerate(ROWS))])
    lines = ["id,text,target", *(f"{at},{a},{b}" for at, (a, b) in enumerate(ROWS))]
    version = read(
        settings,
        {
            "train.csv": "\n".join(lines),
            "test.csv": blind,
            "sample_submission.csv": "id,target\n1,good\n2,bad",
        },
    )
    assert (version.recipe.target, version.summary.rows) == ("target", 60)
    assert said(version, "table_without") == {"name": "test.csv", "columns": "target"}
    assert (said(version, "table_apart") or {})["name"] == "sample_submission.csv"


@pytest.mark.parametrize("name", ["unlabelled.csv", "predict.csv"])
def test_unlabelled_table_leaves_the_given_test_as_it_is(settings: Settings, name: str) -> None:
    blank = table([(f"unsorted {at}", "") for at in range(20)])
    files = {"train.csv": table(ROWS[:40]), "test.csv": table(ROWS[40:]), name: blank}
    version = read(settings, files)
    rows = load_rows(settings.home / version.folder)
    held = {text for text, part in zip(rows["input"], rows["split"], strict=True) if part == "test"}
    assert held == {text for text, _ in ROWS[40:]}
    assert (version.summary.unlabelled_rows, version.summary.classes) == (20, CLASSES)


def test_unrelated_tables_are_asked_about(settings: Settings) -> None:
    files = {"users.csv": "id,name\n1,x\n2,y", "reviews.csv": table(ROWS)}
    with pytest.raises(DatasetError) as caught:
        read(settings, files)
    assert caught.value.key == "tables_many"
    assert caught.value.look is not None
    assert [sheet.name for sheet in caught.value.look.sheets] == ["users.csv", "reviews.csv"]
    assert read(settings, files, {"sheet": "reviews.csv"}).summary.classes == CLASSES


def test_files_of_lines_are_a_class_each(settings: Settings) -> None:
    lines = {
        "good": "\n".join(a for a, _ in ROWS[:30]),
        "bad": "\n".join(f"{30 - at} times {a}" for at, (a, _) in enumerate(ROWS[30:])),
    }
    for names in (
        {"good.txt": "good", "bad.txt": "bad"},
        {"polarity.good": "good", "polarity.bad": "bad"},
    ):
        version = read(settings, {name: lines[label] for name, label in names.items()})
        assert version.summary.classes == CLASSES
        assert said(version, "files_are_classes") is not None


def test_parts_of_fasttext_are_no_translation(settings: Settings) -> None:
    lines = [f"__label__{b} {a}" for a, b in ROWS]
    version = read(
        settings, {"train.txt": "\n".join(lines[:40]), "test.txt": "\n".join(lines[40:])}
    )
    assert (version.summary.classes, version.summary.split_rows["test"]) == (CLASSES, 20)


def test_archive_that_unpacks_to_too_much_is_refused(settings: Settings) -> None:
    with pytest.raises(DatasetError) as caught:
        read(settings, {"train.csv": table(ROWS), "../test.csv": table(ROWS)})
    assert caught.value.key == "archive_paths"
    limited = settings.model_copy(update={"max_upload_mb": 1})
    files = {
        "big.csv": "text,label\n" + "".join(f"{at} {at * 7919**3},good\n" for at in range(60_000))
    }
    service, path = DatasetService(limited, ScratchStore()), packed(settings, files)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.csv", files["big.csv"])
    with pytest.raises(DatasetError) as caught:
        service.import_file("me", path)
    assert caught.value.key == "file_big"


# texts ----------------------------------------------------------------------------------------------


def test_folders_of_texts_are_classes_and_parts(settings: Settings) -> None:
    files: dict[str, str | bytes] = {
        f"aclImdb/{'test' if at % 4 == 0 else 'train'}/{b}/{at}_7.txt": a
        for at, (a, b) in enumerate(ROWS)
    }
    files |= {f"aclImdb/train/unsup/{at}_0.txt": f"unsorted {at}" for at in range(5)}
    files |= {
        "aclImdb/imdb.vocab": "a\nb",
        "aclImdb/train/urls.txt": "http://a",
        "aclImdb/README": "x",
    }
    version = read(settings, files)
    assert (version.summary.classes, version.summary.unlabelled_rows) == (CLASSES, 5)
    assert version.summary.split_rows["test"] == 15
    assert said(version, "texts_in_folders") == {"count": 65, "classes": 2}
    assert (said(version, "files_apart") or {})["count"] == 3


def test_texts_without_endings_are_read_in_their_encodings(settings: Settings) -> None:
    words = {"good": "这个东西很好用，我很喜欢", "bad": "质量太差，再也不会买了"}
    files = {f"20news/{b}/{at}": f"{words[b]}{at}".encode("gbk") for at, (_, b) in enumerate(ROWS)}
    version = read(settings, files)
    assert (version.recipe.input, version.summary.classes) == ("text", CLASSES)
    assert version.recipe.encoding == "GB18030"
    assert load_rows(settings.home / version.folder)["input"][1] == words["bad"] + "1"


def test_folder_of_this_machine_is_read_like_an_archive(settings: Settings, tmp_path: Path) -> None:
    for at, (a, b) in enumerate(ROWS):
        (tmp_path / b).mkdir(exist_ok=True)
        (tmp_path / b / f"{at}.txt").write_text(a, "utf-8")
    version = DatasetService(settings, ScratchStore()).import_folder("me", tmp_path).version
    assert version.summary.classes == CLASSES


def test_texts_without_classes_are_rows_to_sort_or_to_learn_to_write(settings: Settings) -> None:
    files = {f"poems/{at}.txt": f"{a}\nand so on" for at, (a, _) in enumerate(ROWS)}
    version = read(settings, files)
    assert (version.recipe.target, version.summary.unlabelled_rows) == ("", 60)
    assert said(version, "texts_each") == {"count": 60, "classes": 0}
    written = read(settings, files, {"task": "text_generation"})
    assert written.summary.target == "none"


def test_level_of_the_classes_is_asked_where_two_are_possible(settings: Settings) -> None:
    files = {f"{'xy'[at % 3 == 0]}/{b}/{at}.txt": a for at, (a, b) in enumerate(ROWS)}
    with pytest.raises(DatasetError) as caught:
        read(settings, files)
    assert (caught.value.key, sorted(caught.value.levels)) == ("media_level", [1, 2])
    assert read(settings, files, {"level": 2}).summary.classes == CLASSES


def test_other_files_are_named_as_such(settings: Settings) -> None:
    with pytest.raises(DatasetError) as caught:
        read(settings, {"a.docx": b"PK", "b.pdf": b"%PDF-1.4"})
    assert caught.value.key == "media_none"


def test_what_is_said_of_each_of_many_texts_is_said_once(settings: Settings) -> None:
    verse = "\n\n".join(f"This is passage {at}, which goes on for a while." for at in range(30))
    files = {f"plays/{name}.txt": verse + name for name in "abc"}
    version = read(settings, files, {"task": "text_generation"})
    told = [each for each in version.summary.problems if each.key.endswith(".prose")]
    assert [each.args["rows"] for each in told] == [version.summary.rows]
