"""Tables as other programs keep them: databases, Weka, Arrow, web pages, YAML, dumps and packed files are read, and never run."""

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.data.ingest.unpacked import unpacked
from bigmodel.data.tables.guess import guess_columns
from bigmodel.data.tables.table import Findings, ReadRequest, Target
from bigmodel.data.targets import target_kinds
from tests.unit.data.tables.test_readers import LIMITS, Read, refused, write

ROWS = [(f"it's the {at}th, no doubt; really", ("yes", "no")[at % 2]) for at in range(30)]
COLUMNS = ("body", "mood")
ODS = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = "".join(
    f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
    for short in ("office", "table", "text")
)


def _database(path: Path) -> None:
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE posts (body TEXT, mood TEXT)")
    base.execute("CREATE TABLE people (id INTEGER)")
    base.executemany("INSERT INTO posts VALUES (?, ?)", ROWS)
    base.executemany("INSERT INTO people VALUES (?)", [(at,) for at in range(40)])
    base.execute(
        "CREATE VIEW endless AS WITH RECURSIVE r(x) AS (SELECT 1 UNION SELECT x + 1 FROM r) SELECT x FROM r"
    )
    base.commit()
    base.close()


def _arff(path: Path) -> None:
    cells = [(text.replace("'", "\\'"), mood) for text, mood in ROWS]
    head = "% from Weka\n@RELATION 'my posts'\n@attribute body string\n@ATTRIBUTE 'mood' {yes,'no'}\n@data\n"
    path.write_text(head + "".join(f"'{text}', {mood}\n" for text, mood in cells))


def _feather(path: Path) -> None:
    feather.write_feather(pa.table(dict(zip(COLUMNS, zip(*ROWS, strict=True), strict=True))), path)


def _stream(path: Path) -> None:
    table = pa.table(dict(zip(COLUMNS, zip(*ROWS, strict=True), strict=True)))
    with pa.ipc.new_stream(path, table.schema) as out:
        out.write_table(table)


def _page(path: Path) -> None:
    rows = "".join(f"<tr><td>{text}<td><b>{mood}</b></td></tr>" for text, mood in ROWS)
    names = "".join(f"<th>{name}</th>" for name in COLUMNS)
    path.write_text(
        "<!DOCTYPE html><html><body><table><tr><td>menu</td></tr></table>"
        f"<table><tr><td colspan=2>Export</td></tr><tr>{names}</tr>{rows}</table>"
        "<script>'<table>'</script></body></html>"
    )


def _yaml(path: Path) -> None:
    path.write_text("posts:\n" + "".join(f'- body: "{t}"\n  mood: {m}\n' for t, m in ROWS))


def _ods(path: Path) -> None:
    def row(cells: tuple[str, ...]) -> str:
        texts = (
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in cells
        )
        end = '<table:table-cell table:number-columns-repeated="16000"/>'
        return f"<table:table-row>{''.join(texts)}{end}</table:table-row>"

    sheet = f'<table:table table:name="A">{"".join(map(row, [COLUMNS, *ROWS]))}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS)
        archive.writestr("content.xml", f"<office:document{NAMES}>{body}</office:document>")
        archive.writestr("META-INF/manifest.xml", "<m/>")


def _excel_2003(path: Path) -> None:
    def row(cells: tuple[str, ...]) -> str:
        texts = (f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells)
        return f"<Row>{''.join(texts)}</Row>"

    name = "urn:schemas-microsoft-com:office:spreadsheet"
    sheet = (
        f'<Worksheet ss:Name="A"><Table>{"".join(map(row, [COLUMNS, *ROWS]))}</Table></Worksheet>'
    )
    path.write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}">{sheet}</Workbook>'
    )


def _mysql(path: Path) -> None:
    made = "CREATE TABLE `posts` (\n `body` varchar(9) COMMENT 'x, (y',\n `mood` enum('yes','no'),\n PRIMARY KEY (`body`)\n);\n"
    cells = ",".join("('{}','{}')".format(t.replace("'", "\\'"), m) for t, m in ROWS)
    path.write_text(
        f"-- MySQL dump\n/*!40101 SET NAMES utf8 */;\n{made}INSERT INTO `posts`\nVALUES {cells};\n"
    )


def _postgres(path: Path) -> None:
    lines = "".join(f"{text}\t{mood}\n" for text, mood in ROWS)
    head = "--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n"
    path.write_text(f"{head}COPY public.posts (body, mood) FROM stdin;\n{lines}\\.\n")


@pytest.mark.parametrize(
    ("name", "make", "form"),
    [
        ("posts.db", _database, "sqlite"), ("posts.arff", _arff, "arff"), ("posts.feather", _feather, "arrow"),
        ("posts.arrow", _stream, "arrow"), ("posts.html", _page, "html"), ("posts.xls", _page, "html"),
        ("posts.yml", _yaml, "yaml"), ("posts.ods", _ods, "ods"), ("posts.xls", _excel_2003, "ods"),
        ("dump.sql", _mysql, "sql"), ("pg.sql", _postgres, "sql"),
    ],
)  # fmt: skip
def test_tables_of_other_programs_are_read(
    tmp_path: Path, name: str, make: Callable[[Path], None], form: str
) -> None:
    make(tmp_path / name)
    read = Read(tmp_path / name)
    assert (read.format, read.target.columns, read.rows) == (form, COLUMNS, ROWS)


def test_table_of_a_database_is_chosen_or_asked_for(tmp_path: Path) -> None:
    _database(tmp_path / "posts.db")
    assert Read(tmp_path / "posts.db").said["sheet_chosen"].args == {"sheet": "posts", "count": 2}
    people = Read(tmp_path / "posts.db", asked=ReadRequest(sheet="people"))
    assert (people.target.columns, len(people.rows)) == (("id",), 40)
    with pytest.raises(DatasetError, match="sheet_unknown"):  # a view is never run
        Read(tmp_path / "posts.db", asked=ReadRequest(sheet="endless"))


def test_database_that_was_cut_off_or_holds_pictures_is_named(tmp_path: Path) -> None:
    _database(tmp_path / "posts.db")
    cut = (tmp_path / "posts.db").read_bytes()[:-4096]
    assert refused(write(tmp_path, cut, "cut.db")) == "database_broken"
    base = sqlite3.connect(tmp_path / "pictures.db")
    base.execute("CREATE TABLE p (name TEXT, data BLOB)")
    base.executemany(
        "INSERT INTO p VALUES (?, ?)", [(f"a picture {at}", b"\x89PNG") for at in range(9)]
    )
    base.commit()
    base.close()
    assert refused(tmp_path / "pictures.db") == "table_of_media"


def test_sparse_rows_of_weka_are_filled_up(tmp_path: Path) -> None:
    head = "@relation r\n@attribute n numeric\n@attribute t string\n@attribute c {a,b}\n@data\n"
    read = Read(
        write(tmp_path, f"{head}{{1 'x, y', 2 b}}\n{{0 3}}\n? , 'z', a, {{2}}\n1,'q'\n", "r.arff")
    )
    assert read.rows == [("0", "x, y", "b"), ("3", "", "a"), ("", "z", "a")]
    assert read.said["rows_ragged"].args["lines"] == "9"


def test_merged_cells_of_a_page_and_its_own_encoding_are_kept(tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td rowspan=2>店{at}</td><td>好评第{at}条</td></tr><tr><td>差评第{at}条</td></tr>"
        for at in range(3)
    )
    page = f"<html><meta charset=gb2312><table><tr><td>门店</td><td>评论</td></tr>{rows}</table></html>"
    read = Read(write(tmp_path, page.encode("gb18030"), "评论.xls"))
    assert read.rows[:3] == [("店0", "好评第0条"), ("店0", "差评第0条"), ("店1", "好评第1条")]


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        ("<html><table><tr><td>Name</td><td><input></td></tr></table></html>", "t.html", "file_web_page"),
        ("a: &a [1, 2]\nb: [*a, *a]\n", "t.yaml", "yaml_references"),
        ("- a: 1\n  b: [\n", "t.yaml", "yaml_broken"),
        ("CREATE TABLE t (a int);", "t.sql", "sql_no_rows"),
        ('<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "b">]><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "t.xml", "workbook_unsafe"),
        ("ARROW1\0\0 and nothing else", "t.feather", "arrow_broken"),
    ],
)  # fmt: skip
def test_what_holds_no_rows_or_could_do_harm_is_refused(
    tmp_path: Path, text: str, name: str, key: str
) -> None:
    assert refused(write(tmp_path, text, name)) == key


RASA = {
    "nlu.yml": "nlu:\n- intent: hi\n  examples: |\n    - hello [Rome](city)\n    - hey\n- synonym: x\n  examples: |\n    - y\n",
    "nlu.md": '## intent:hi\n- hello [Rome]{"entity": "city"}\n- hey\n\n## synonym:x\n- y\n',
}


@pytest.mark.parametrize("name", RASA)
def test_intents_of_rasa_are_classes_and_their_marks_a_column(tmp_path: Path, name: str) -> None:
    read = Read(write(tmp_path, RASA[name], name))
    assert read.rows == [("hello Rome", "hi", '[[6, 10, "city"]]'), ("hey", "hi", "[]")]
    sample = dict(zip(read.target.columns, map(list, zip(*read.rows, strict=True)), strict=True))
    assert guess_columns(sample, known=target_kinds().values()).label == "intent"


# packed by themselves -----------------------------------------------------------------------------


def _unpack(path: Path, name: str, limit_mb: int = 10) -> tuple[Path, str] | None:
    limits = replace(LIMITS, max_text_mb=limit_mb)
    target = Target(path.parent / "out", limits, Findings(), lambda _: None)
    return unpacked(path, name, target, path.parent)


@pytest.mark.parametrize(
    ("pack", "ending"), [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")]
)
def test_packed_table_is_unpacked(
    tmp_path: Path, pack: Callable[[bytes], bytes], ending: str
) -> None:
    packed = write(tmp_path, pack(b"text,label\na,b\n"), f"t.csv.{ending}")
    found = _unpack(packed, packed.name)
    assert found is not None
    assert (found[0].read_bytes(), found[0].suffix, found[1]) == (
        b"text,label\na,b\n",
        ".csv",
        "t.csv",
    )
    assert _unpack(write(tmp_path, "text,label\n"), "t.csv") is None


def test_packed_file_that_is_cut_grows_without_end_or_holds_files_is_refused(
    tmp_path: Path,
) -> None:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    many = gzip.compress(bytes(17 * 2**20))
    for content, limit_mb, key in (
        (gzip.compress(b"abc" * 99)[:-9], 10, "packed_broken"),
        (many, 10, "table_big"),
        (many, 100, "packed_bomb"),
        (tar.getvalue(), 10, "archive_format"),
    ):
        with pytest.raises(DatasetError, match=key):
            _unpack(write(tmp_path, content, "t.gz"), "t.gz", limit_mb)
