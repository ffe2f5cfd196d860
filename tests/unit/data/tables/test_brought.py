"""Tables as people bring them: titles above, surveys' headers, stray quotes, wrapped JSON, office files; read rightly or named."""

import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import find_encoding
from bigmodel.data.tables.guess import guess_columns
from bigmodel.data.tables.moment import is_moment
from bigmodel.data.tables.table import ReadRequest
from tests.fakes.media import picture
from tests.unit.data.tables.test_readers import Read, refused, write

SENTENCES = [f"the {word} was rather nice today, I think" for word in "abcdefghijklmnopqrst"]
LABELS = ["pos", "neg"] * 10
ROWS = list(zip(SENTENCES, LABELS, strict=True))
PAIRS = [{"text": text, "label": label} for text, label in ROWS]


def lines(*head: str, delimiter: str = ",") -> str:
    body = [f'"{text}"{delimiter}{label}' for text, label in ROWS]
    return "\n".join([*head, *body]) + "\n"


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_quotation_marks_inside_sentences_join_no_rows(tmp_path: Path, delimiter: str) -> None:
    plain = [
        f"the {word} was nice{delimiter}{label}"
        for word, label in zip("abcdefghij", LABELS, strict=False)
    ]
    plain[2] = '"' + plain[2]
    plain[5] = plain[5].replace(delimiter, f'"{delimiter}')
    read = Read(write(tmp_path, f"text{delimiter}label\n" + "\n".join(plain)))
    assert [row[1] for row in read.rows] == LABELS[:10]
    assert read.said["quote_lines"].args["line"] == 4


def test_text_over_several_lines_stays_one_row(tmp_path: Path) -> None:
    read = Read(write(tmp_path, 'text,label\n"one\ntwo, three\n",pos\nfour,neg\nfive,neg\n'))
    assert read.rows[0] == ("one\ntwo, three\n", "pos")


def test_backslash_before_a_quotation_mark_is_understood(tmp_path: Path) -> None:
    read = Read(
        write(tmp_path, "text,label\n" + '"He said \\"go, now\\", then left",pos\n"a, b",neg\n' * 9)
    )
    assert read.rows[0] == ('He said "go, now", then left', "pos")
    assert len(read.rows) == 18


@pytest.mark.parametrize(
    "head",
    [
        ["My list", "made in May", "", "text,label"],
        ["My list,", "made in May,", ",", "text,label"],
        ["# a comment", "# another, with a comma", "text,label"],
        ["----------", "text,label"],
    ],
)
def test_lines_above_the_names_are_passed_over(tmp_path: Path, head: list[str]) -> None:
    read = Read(write(tmp_path, lines(*head)))
    assert read.target.columns == ("text", "label")
    assert read.rows == ROWS
    assert read.said["header_row"].args["row"] == len(head)


def test_row_of_names_that_is_asked_for_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, lines("odd,even", "text,label"))
    assert Read(path, asked=ReadRequest(header_row=2)).rows == ROWS
    assert len(Read(path, asked=ReadRequest(header_row=-1)).rows) == len(ROWS) + 2
    with pytest.raises(DatasetError, match="header_row_empty"):
        Read(path, asked=ReadRequest(header_row=1_000))


def test_commented_names_are_names(tmp_path: Path) -> None:
    assert Read(write(tmp_path, lines("#text,label"))).target.columns == ("text", "label")


def test_notes_below_a_bill_are_no_rows(tmp_path: Path) -> None:
    rows = [f"2026-01-0{i + 1} 08:00,{text[:9]},{i}.50" for i, text in enumerate(SENTENCES[:9])]
    read = Read(write(tmp_path, "\n".join(["time,what,amount", *rows, "-------", "9 rows in all"])))
    assert len(read.rows) == 9
    assert read.said["lines_outside"].args["count"] == 2


@pytest.mark.parametrize(
    "more",
    [
        ["Started,Kind,What did you think?,Took", '"{""ImportId"":""a""}","{""ImportId"":""b""}","{""ImportId"":""c""}","{""ImportId"":""d""}"'],
        ["Start of it,Kind,What did you think?,Seconds"],
        [",,Open-Ended Response,Response"],
    ],
)  # fmt: skip
def test_rows_that_say_more_of_the_columns_are_no_data(tmp_path: Path, more: list[str]) -> None:
    rows = [f"2026-01-0{i + 1} 08:00,web,{text[:20]},{i}" for i, text in enumerate(SENTENCES[:9])]
    read = Read(write(tmp_path, "\n".join(["StartDate,Status,Q1,Duration", *more, *rows])))
    assert len(read.rows) == 9
    assert read.said["header_more"].args["count"] == len(more)


def test_list_without_names_of_row_numbers_is_read(tmp_path: Path) -> None:
    rows = [f'"{i}";"{text}";"{label}"' for i, (text, label) in enumerate(ROWS)]
    read = Read(write(tmp_path, "\n".join(['"text";"label"', *rows])))
    assert [row[1:] for row in read.rows] == ROWS


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ({"data": PAIRS}, ("text", "label")),
        ({"version": 1, "result": {"items": PAIRS}}, ("text", "label")),
        (PAIRS, ("text", "label")),
        ([["text", "label"], *ROWS], ("text", "label")),
        ({"columns": ["text", "label"], "data": ROWS}, ("text", "label")),
        ({"text": SENTENCES, "label": LABELS}, ("text", "label")),
        ({"text": dict(enumerate(SENTENCES)), "label": dict(enumerate(LABELS))}, ("text", "label")),
        ([{"a": {"b": t}, "m": {"x": {"y": label}}} for t, label in ROWS], ("a.b", "m.x.y")),
        ([{"text": t, "label": [label]} for t, label in ROWS], ("text", "label")),
        (
            [
                {"id": 1, "data": {"text": t}, "annotations": [{"result": [{"value": {"choices": [label]}}]}]}
                for t, label in ROWS
            ],
            ("text", "label"),
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 2])
def test_table_inside_json_is_found(
    tmp_path: Path, content: object, columns: tuple[str, ...], indent: int | None
) -> None:
    read = Read(write(tmp_path, json.dumps(content, indent=indent), "table.json"))
    assert (read.target.columns, read.rows) == (columns, ROWS)


def test_nan_is_nothing(tmp_path: Path) -> None:
    text = '{"text": "a", "label": NaN}\n{"text": "b", "label": 1.50}\n'
    assert Read(write(tmp_path, text, "t.jsonl")).rows == [("a", ""), ("b", "1.50")]
    pq.write_table(pa.table({"t": ["a", "b"], "l": [float("nan"), 2.0]}), tmp_path / "t.parquet")
    assert Read(tmp_path / "t.parquet").rows == [("a", ""), ("b", "2")]


def test_names_of_classes_stand_in_the_schema(tmp_path: Path) -> None:
    features = {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}
    schema = pa.schema([("text", pa.string()), ("label", pa.int64())]).with_metadata(
        {"huggingface": json.dumps({"info": {"features": features}})}
    )
    pq.write_table(
        pa.table({"text": ["a", "b", "c"], "label": [1, 0, -1]}, schema), tmp_path / "t.parquet"
    )
    assert Read(tmp_path / "t.parquet").rows == [("a", "pos"), ("b", "neg"), ("c", "")]


def test_pictures_in_a_table_are_named(tmp_path: Path) -> None:
    table = pa.table({"image": [{"bytes": picture(), "path": "a.png"}] * 3, "label": [0, 1, 0]})
    pq.write_table(table, tmp_path / "t.parquet")
    assert refused(tmp_path / "t.parquet") == "table_of_media"


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("t.odt", {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "", "Thumbnails/1.png": ""}),
        ("t.numbers", {"Index/Document.iwa": "", "preview.jpg": ""}),
        ("t.docx", {"word/document.xml": "", "word/media/1.png": ""}),
        ("t.xlsb", {"xl/workbook.bin": ""}),
        ("renamed.zip.bin", {"ppt/presentation.xml": ""}),
    ],
)  # fmt: skip
def test_files_of_office_programs_are_named(
    tmp_path: Path, name: str, inside: dict[str, str]
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry, text in inside.items():
            archive.writestr(entry, text)
    assert refused(write(tmp_path, buffer.getvalue(), name)) == "file_office"


def test_drawing_named_as_a_picture_is_no_table(tmp_path: Path) -> None:
    assert (
        refused(write(tmp_path, '<svg xmlns="x"><text>a</text></svg>', "a.jpg")) == "media_single"
    )


@pytest.mark.parametrize(
    ("codec", "name", "text"),
    [
        ("big5", "Big5", "這家餐廳的服務非常好，下次還會再來。價格有點貴但是值得。"),
        ("cp932", "Shift-JIS", "このレストランのサービスはとても良かったです。また来たいです。"),
        ("euc_jp", "EUC-JP", "このレストランのサービスはとても良かったです。また来たいです。"),
        ("cp949", "EUC-KR", "이 식당의 서비스는 정말 좋았습니다. 다시 방문하고 싶어요."),
        ("gb18030", "GB18030", "这家餐厅的服务非常好，下次还会再来。价格有点贵但是值得。"),
        (
            "cp1252",
            "Windows-1252",
            "Le café était très agréable, déjà goûté à la crème brûlée où ça.",
        ),
    ],
)
def test_encoding_is_found_by_its_letters(tmp_path: Path, codec: str, name: str, text: str) -> None:
    content = ("text,label\n" + f"{text}\n" * 5).encode(codec)
    assert find_encoding(write(tmp_path, content)).name == name


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05", "2026/3/1 8:00:11 AM GMT+1", "5.3.2026", "2026-01-05T08:00:00Z", "20260105", "08:15",
        "2026年3月1日 下午3:05", "March 5, 2026", "Mon, 05 Jan 2026 08:00:00 +0000",
    ],
)  # fmt: skip
def test_moments_are_known(text: str) -> None:
    assert is_moment(text)


@pytest.mark.parametrize("text", ["12", "3.5", "99999999", "may 2 be", "", "1.2.3.4", "5 stars"])
def test_others_are_no_moments(text: str) -> None:
    assert not is_moment(text)


MOMENTS = [f"2026/03/{i + 1:02} 8:00:11 AM GMT+1" for i in range(20)]
ONES = [["0", "1"] * 10, ["1", "0"] * 10, ["0"] * 19 + ["1"]]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"Timestamp": MOMENTS, "What is the main reason for your score?": SENTENCES, "Score": LABELS},
         ("What is the main reason for your score?", "Score")),
        ({"StartDate": MOMENTS[:10] * 2, "AnswerText": SENTENCES, "Outcome": LABELS}, ("AnswerText", "Outcome")),
        ({"text": SENTENCES, "toxic": ONES[0], "obscene": ONES[1], "threat": ONES[2]}, ("text", "")),
        ({"photo": [f"{i}.jpg" for i in range(20)], "what": SENTENCES, "kind": LABELS}, ("what", "kind")),
        ({"description": SENTENCES, "price": [f"${i},{i:03}.50" for i in range(1, 21)]}, ("description", "price")),
        ({"notes": [f"call back, see {text}" for text in SENTENCES], "subject": SENTENCES}, ("subject", "")),
        ({"description": SENTENCES, "id": [str(i) for i in range(20)]}, ("description", "")),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_what_they_hold(
    table: dict[str, list[str]], expected: tuple[str, str]
) -> None:
    found = guess_columns(table)
    assert (found.text, found.label) == expected


def test_what_else_might_be_meant_is_told() -> None:
    ones = guess_columns({"text": SENTENCES, "a": ONES[0], "b": ONES[1], "c": ONES[2]})
    assert [m.key for m in ones.remarks] == ["data.problems.labels_one_hot"]
    same = {"text": SENTENCES, "label": LABELS, "label_name": [label.upper() for label in LABELS]}
    assert "data.problems.columns_repeat_label" in [m.key for m in guess_columns(same).remarks]


def test_lines_of_fasttext_are_texts_with_their_classes(tmp_path: Path) -> None:
    body = "\n".join(f"__label__{label} {text}" for text, label in ROWS)
    read = Read(write(tmp_path, body + "\n__label__pos __label__new both, at once\n", "train.txt"))
    assert list(read.target.columns) == ["text", "label"]
    assert [tuple(row) for row in read.rows[:20]] == ROWS
    assert tuple(read.rows[20]) == ("both, at once", "pos;new")
