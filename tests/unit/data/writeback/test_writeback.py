"""A workbook comes back with answers and nothing else changed: byte for byte where a part is not concerned, cell for cell where it is."""

import re
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.data.writeback.formats import write
from bigmodel.data.writeback.order import Column, Head, Order, Share
from bigmodel.data.writeback.writer import write_back
from bigmodel.settings import Settings
from tests.fakes.workbook import HEADER, TEXTS, cells_of, make_workbook

COLUMNS = (Column("类别", "text"), Column("把握", "share"))
SUMMARY = ((Head("Class"), Head("Rows")), ("good", 3, Share(0.5)), (None,), ("=1+1", 1.5))
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet2.xml"
Answers = dict[int, tuple[str | None, float | None]]


def order(
    source: Path, answers: Answers, *, sheet: str = "Reviews", header_row: int = HEADER, **more: str
) -> Order:
    place = source.with_name("answers.parquet")
    columns = list(zip(*answers.values(), strict=True))
    table = {"place": list(answers), "0": pa.array(columns[0], pa.string())}
    pq.write_table(pa.table(table | {"1": pa.array(columns[1], pa.float64())}), place)
    out = source.with_name(f"out{source.suffix}")
    known = {"format": "xlsx", "summary_title": "Summary", "summary": SUMMARY} | more
    return Order(
        source, out, answers=place, columns=COLUMNS, sheet=sheet, header_row=header_row, **known
    )  # type: ignore[arg-type]


def written(source: Path, answers: Answers, **more: object) -> Path:
    asked = order(source, answers, **more)  # type: ignore[arg-type]
    write(asked, lambda _: None)
    return asked.out


def all_rows() -> Answers:
    return {HEADER + 1 + number: ("good", 0.5 + number / 40) for number in range(len(TEXTS))}


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_part(path: Path, name: str, change: tuple[str, str]) -> Path:
    """Change one part of a workbook by a pattern."""
    kept = parts(path)
    kept[name] = re.sub(change[0], change[1], kept[name].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in kept.items():
            archive.writestr(part, content)
    return path


def plain(path: Path, rows: str, *, before: str = "", after: str = "") -> Path:
    """Write the smallest workbook around the XML of some rows."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    relation = '<Relationships xmlns="{}/relationships"><Relationship Id="a" Type="{}/{}" Target="{}"/></Relationships>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(
            "_rels/.rels", relation.format(package, office, "officeDocument", "xl/workbook.xml")
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:q="{office}"><sheets><sheet name="Reviews" sheetId="7" q:id="a"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            relation.format(package, office, "worksheet", "worksheets/sheet1.xml"),
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<x:worksheet xmlns:x="{MAIN}">{before}<x:sheetData>{rows}</x:sheetData>{after}</x:worksheet>',
        )
    return path


def row(number: int, *values: str, said: str = "") -> str:
    cells = "".join(f'<x:c t="inlineStr"><x:is><x:t>{value}</x:t></x:is></x:c>' for value in values)
    return f'<x:row r="{number}"{said}>{cells}</x:row>'


def values(path: Path, area: str) -> list[list[object]]:
    sheet = openpyxl.load_workbook(path)["Reviews"]
    return [[cell.value for cell in row] for row in sheet[area]]


# nothing else changed -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    source = make_workbook(tmp_path_factory.mktemp("book") / "in.xlsx")
    return source, written(source, all_rows())


def test_labels_stand_beside_their_rows(both: tuple[Path, Path]) -> None:
    sheet = openpyxl.load_workbook(both[1])["Reviews"]
    assert [cell.value for cell in sheet[HEADER]][5:7] == ["类别", "把握"]
    assert [sheet.cell(place, 6).value for place in all_rows()] == ["good"] * len(TEXTS)
    assert sheet["G4"].value == 0.5
    assert sheet["G4"].number_format == "0%"
    assert sheet["F3"].style_id == sheet["E3"].style_id


def test_every_other_cell_is_as_it_was(both: tuple[Path, Path]) -> None:
    before, after = (cells_of(path) for path in both)
    assert {key: after[key] for key in before} == before
    new = {key for key in set(after) - set(before) if key[0] != "Summary"}
    assert {key[1][0] for key in new} == {"F", "G"}
    assert cells_of(both[0], values=True).items() <= cells_of(both[1], values=True).items()


def test_all_other_parts_are_byte_for_byte_the_same(both: tuple[Path, Path]) -> None:
    before, after = (parts(path) for path in both)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {
        SHEET,
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "xl/styles.xml",
    }
    assert set(after) - set(before) == {"xl/worksheets/sheet4.xml"}
    assert list(before) == list(after)[: len(before)]


def test_the_sheet_without_new_cells_is_the_old_one(both: tuple[Path, Path]) -> None:
    before, after = (parts(path)[SHEET].decode() for path in both)
    without = re.sub(r'<c r="[FG]\d+"[^>]*>.*?</c>', "", after)
    assert without == before


def test_styles_are_added_behind_the_others(both: tuple[Path, Path]) -> None:
    before, after = (parts(path)["xl/styles.xml"].decode() for path in both)
    inside = re.compile(r"<cellXfs[^>]*>(.*)</cellXfs>", re.DOTALL)
    old, new = inside.findall(before)[0], inside.findall(after)[0]
    assert new.startswith(old)
    assert new.count("<xf ") == old.count("<xf ") + 1


def test_summary_is_a_sheet_of_values(both: tuple[Path, Path]) -> None:
    sheet = openpyxl.load_workbook(both[1])["Summary"]
    assert [cell.value for cell in sheet[2]][:3] == ["good", 3, 0.5]
    assert (sheet["A4"].value, sheet["A4"].data_type, sheet["B4"].value) == ("=1+1", "s", 1.5)


def test_second_answers_stand_beside_the_first(both: tuple[Path, Path]) -> None:
    again = written(both[1].rename(both[1].with_name("in2.xlsx")), all_rows())
    again.rename(both[1].with_name("twice.xlsx"))
    both[1].with_name("in2.xlsx").rename(both[1])
    book = openpyxl.load_workbook(both[1].with_name("twice.xlsx"))
    assert book.sheetnames[-2:] == ["Summary", "Summary 2"]
    assert book["Reviews"]["H4"].value == "good"
    assert (
        parts(both[1])["xl/styles.xml"] == parts(both[1].with_name("twice.xlsx"))["xl/styles.xml"]
    )


# awkward sheets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "@x", " two  spaces ", "a\nb", "<b>&\"'", "书 😀"]
)
def test_text_stays_that_text(tmp_path: Path, text: str) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text") + row(2, "a"))
    out = written(source, {2: (text, 0.5)}, header_row=1)
    cell = openpyxl.load_workbook(out)["Reviews"]["B2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_characters_no_workbook_can_hold_are_left_out(tmp_path: Path) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text") + row(2, "a"))
    out = written(source, {2: ("a\x07\ufffeb", 0.5)}, header_row=1)
    assert values(out, "B2:B2") == [["ab"]]


def test_row_without_answer_is_untouched(tmp_path: Path) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text") + '<x:row r="2"/>' + row(3, "a"))
    out = written(source, {2: (None, None), 3: ("good", None)}, header_row=1)
    assert b'<x:row r="2"/>' in parts(out)["xl/worksheets/sheet1.xml"]
    assert values(out, "B1:C3") == [["类别", "把握"], [None, None], ["good", None]]


def test_empty_row_tag_takes_its_cells(tmp_path: Path) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text") + '<x:row r="2" spans="1:1"/>')
    out = written(source, {2: ("good", 0.25)}, header_row=1)
    assert values(out, "B2:C2") == [["good", 0.25]]
    assert b'spans="1:3">' in parts(out)["xl/worksheets/sheet1.xml"]


def test_rows_and_cells_without_numbers_are_counted(tmp_path: Path) -> None:
    rows = row(1, "text", "note").replace(' r="1"', "") + row(2, "a", "b").replace(' r="2"', "")
    out = written(plain(tmp_path / "in.xlsx", rows), {2: ("good", 0.5)}, header_row=1)
    assert b'r="C2"' in parts(out)["xl/worksheets/sheet1.xml"]


def test_styled_empty_cells_keep_their_style_under_answers(tmp_path: Path) -> None:
    empty = '<x:c r="B2" s="4"/><x:c r="C2" s="5"></x:c><x:c r="D2" s="6"/></x:row>'
    rows = row(1, "text") + row(2, "a").replace("</x:row>", empty)
    out = written(plain(tmp_path / "in.xlsx", rows), {2: ("good", 0.5)}, header_row=1)
    sheet = parts(out)["xl/worksheets/sheet1.xml"].decode()
    assert '<x:c r="B2" t="inlineStr" s="4">' in sheet
    assert '<x:c r="C2" s="5"><x:v>0.5</x:v></x:c><x:c r="D2" s="6"/></x:row>' in sheet


def test_cells_stand_before_what_follows_them_in_a_row(tmp_path: Path) -> None:
    rows = row(1, "text") + row(2, "a").replace("</x:row>", "<x:extLst/></x:row>")
    out = written(plain(tmp_path / "in.xlsx", rows), {2: ("good", 0.5)}, header_row=1)
    assert b"</x:c><x:extLst/></x:row>" in parts(out)["xl/worksheets/sheet1.xml"]


def test_measure_of_the_sheet_reaches_the_answers(tmp_path: Path) -> None:
    source = plain(
        tmp_path / "in.xlsx", row(3, "text") + row(9, "a"), before='<x:dimension ref="A1"/>'
    )
    out = written(source, {9: ("good", 0.5)}, header_row=3)
    assert b'ref="A1:C9"' in parts(out)["xl/worksheets/sheet1.xml"]


def test_columns_hidden_at_the_right_are_shown_for_the_answers(tmp_path: Path) -> None:
    hidden = '<x:cols><x:col min="2" max="16384" width="9" hidden="1"/></x:cols>'
    source = plain(tmp_path / "in.xlsx", row(1, "text") + row(2, "a"), before=hidden)
    sheet = parts(written(source, {2: ("good", 0.5)}, header_row=1))["xl/worksheets/sheet1.xml"]
    assert (
        b'<x:col min="2" max="3" width="9"/><x:col min="4" max="16384" width="9" hidden="1"/>'
        in sheet
    )


def test_merged_cells_below_the_header_keep_their_room(tmp_path: Path) -> None:
    merged = '<x:mergeCells><x:mergeCell ref="A1:Z1"/><x:mergeCell ref="A3:D3"/></x:mergeCells>'
    rows = row(1, "title") + row(2, "text") + row(3, "a")
    out = written(plain(tmp_path / "in.xlsx", rows, after=merged), {3: ("good", 0.5)}, header_row=2)
    assert values(out, "E2:F3") == [["类别", "把握"], ["good", 0.5]]


def test_sheet_without_header_gets_no_words(tmp_path: Path) -> None:
    measure = '<x:dimension ref="A1:A2"/>'
    source = plain(tmp_path / "in.xlsx", row(1, "a") + row(2, "b"), before=measure)
    out = written(source, {1: ("good", 0.5), 2: ("bad", 0.5)}, header_row=-1)
    assert b'ref="A1:C2"' in parts(out)["xl/worksheets/sheet1.xml"]
    assert values(out, "A1:C2") == [["a", "good", 0.5], ["b", "bad", 0.5]]


def test_first_filled_row_is_the_header_where_none_is_named(tmp_path: Path) -> None:
    source = plain(tmp_path / "in.xlsx", '<x:row r="1"/>' + row(2, "text") + row(3, "a"))
    out = written(source, {3: ("good", 0.5)}, header_row=0, sheet="")
    assert values(out, "B2:C3") == [["类别", "把握"], ["good", 0.5]]


def test_part_in_utf16_is_read_and_says_what_it_became(tmp_path: Path) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text") + row(2, "书"))
    kept = parts(source)
    text = '<?xml version="1.0" encoding="UTF-16"?>' + kept["xl/worksheets/sheet1.xml"].decode()
    kept["xl/worksheets/sheet1.xml"] = text.encode("utf-16")
    with zipfile.ZipFile(source, "w") as archive:
        for name, content in kept.items():
            archive.writestr(name, content)
    out = written(source, {2: ("好", 0.5)}, header_row=1)
    assert values(out, "A2:C2") == [["书", "好", 0.5]]


def test_small_chunks_give_the_same_sheet(
    both: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bigmodel.data.writeback.package.CHUNK_BYTES", 7)
    source = make_workbook(both[0].with_name("again.xlsx"))
    again = written(source, all_rows())
    assert parts(again)[SHEET] == parts(both[1])[SHEET]


def test_macros_stay_in_their_workbook(tmp_path: Path) -> None:
    source = plain(tmp_path / "in.xlsm", row(1, "text") + row(2, "a"))
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf macros")
    out = written(source, {2: ("good", 0.5)}, header_row=1)
    assert parts(out)["xl/vbaProject.bin"] == b"\xd0\xcf macros"


def test_full_sheet_is_refused_in_words(tmp_path: Path) -> None:
    last = '<x:c r="XFD2"><x:v>1</x:v></x:c></x:row>'
    rows = row(1, "text") + row(2, "a").replace("</x:row>", last)
    with pytest.raises(DatasetError, match="sheet_full"):
        written(plain(tmp_path / "in.xlsx", rows), {2: ("good", 0.5)}, header_row=1)


def test_missing_sheet_is_refused_in_words(tmp_path: Path) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text"))
    with pytest.raises(DatasetError, match="sheet_gone"):
        written(source, {2: ("good", 0.5)}, sheet="Other")


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"]
)
def test_document_type_is_refused(tmp_path: Path, part: str) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text") + row(2, "a"))
    with_part(source, part, ("^", '<!DOCTYPE x [<!ENTITY e "e">]>'))
    with pytest.raises(DatasetError, match="workbook_unsafe"):
        written(source, {2: ("good", 0.5)}, header_row=1)


def test_child_writes_and_leaves_nothing_else(tmp_path: Path, settings: Settings) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text") + row(2, "a"))
    out = write_back(settings, order(source, {2: ("good", 0.5)}, header_row=1))
    assert values(out, "B2:C2") == [["good", 0.5]]
    assert list(settings.scratch.iterdir()) == []


def test_refusal_of_the_child_leaves_no_file(tmp_path: Path, settings: Settings) -> None:
    source = with_part(
        plain(tmp_path / "in.xlsx", row(1, "text")), "xl/workbook.xml", ("</sheets>", "")
    )
    with pytest.raises(DatasetError, match="workbook_broken"):
        write_back(settings, order(source, {2: ("good", 0.5)}, header_row=1))
    assert {path.name for path in tmp_path.iterdir()} == {"in.xlsx", "answers.parquet", "home"}


# delimited text -----------------------------------------------------------------------------------


def lines(
    tmp_path: Path, text: str, answers: Answers, *, delimiter: str = ",", encoding: str = "utf-8"
) -> str:
    source = tmp_path / "in.csv"
    source.write_bytes(text.encode(encoding))
    out = written(source, answers, format="csv", delimiter=delimiter, header_row=0)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    return out.read_bytes().decode("utf-8-sig")


def test_lines_keep_their_text_and_ends(tmp_path: Path) -> None:
    text = 'id;text\r\n007;"a ""b"" c"\r\n\r\n1.50;plain'
    found = lines(tmp_path, text, {2: ("good", 0.5), 4: ("bad", None)}, delimiter=";")
    assert found == 'id;text;类别;把握\r\n007;"a ""b"" c";good;0.5\r\n\r\n1.50;plain;bad;'


def test_field_over_several_lines_gets_one_answer(tmp_path: Path) -> None:
    found = lines(tmp_path, 'text,n\n"a\r\nb",1\nc,2\n', {2: ("good", 0.5), 4: ("bad", 0.5)})
    assert found == 'text,n,类别,把握\n"a\r\nb",1,good,0.5\nc,2,bad,0.5\n'


def test_formulas_of_a_line_are_kept_from_running(tmp_path: Path) -> None:
    found = lines(tmp_path, "text,n\n=1+1,-5\n", {2: ("=cmd", 0.5)})
    assert found.splitlines()[1] == "'=1+1,-5,'=cmd,0.5"


def test_other_encoding_becomes_utf8_with_a_mark(tmp_path: Path) -> None:
    found = lines(tmp_path, "文本,n\n书很好,1\n" * 20, {2: ("好", 0.5)}, encoding="gb18030")
    assert found.splitlines()[1] == "书很好,1,好,0.5"


def test_ragged_lines_keep_the_answers_in_their_columns(tmp_path: Path) -> None:
    text = "text,n,m\na\nb,1,,,\nc,1,2,3\n"
    found = lines(tmp_path, text, {2: ("good", 0.5), 3: ("bad", 0.5)})
    assert found.splitlines()[1:] == ["a,,,good,0.5", "b,1,,bad,0.5", "c,1,2,3"]


def test_table_without_header_gets_no_words(tmp_path: Path) -> None:
    found = lines(tmp_path, "a,1\nb,2\n", {1: ("good", 0.5), 2: ("bad", 0.5)})
    assert found == "a,1,good,0.5\nb,2,bad,0.5\n"


def test_quote_that_never_closes_swallows_no_answer(tmp_path: Path) -> None:
    found = lines(tmp_path, 'text,n\n"open,1\nb,2\n', {2: ("good", 0.5), 3: ("bad", 0.5)})
    assert found.splitlines()[1:] == ['"""open",1,good,0.5', "b,2,bad,0.5"]


def test_cells_beyond_the_table_are_never_lost(tmp_path: Path) -> None:
    found = lines(tmp_path, "text\na,more\n", {2: ("good", 0.5)})
    assert found == "text,类别,把握\na,more\n"


def test_declared_delimiter_stays_in_front(tmp_path: Path) -> None:
    found = lines(tmp_path, "sep=;\ntext;n\na;1\n", {3: ("good", 0.5)}, delimiter=";")
    assert found == "sep=;\ntext;n;类别;把握\na;1;good;0.5\n"


# kinds of packages --------------------------------------------------------------------------------


def test_strict_workbook_stays_strict(tmp_path: Path) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text") + row(2, "a"))
    strict = "http://purl.oclc.org/ooxml/"
    for name in parts(source):
        with_part(source, name, (MAIN, f"{strict}spreadsheetml/main"))
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        with_part(source, name, (office, f"{strict}officeDocument/relationships"))
    after = parts(written(source, {2: ("good", 0.5)}, header_row=1))
    assert b'<x:c r="B2" t="inlineStr">' in after["xl/worksheets/sheet1.xml"]
    assert f'xmlns="{strict}spreadsheetml/main"'.encode() in after["xl/worksheets/sheet2.xml"]
    assert not [
        name for name, content in after.items() if b"schemas.openxmlformats.org/off" in content
    ]


def test_parts_are_found_whatever_the_case_of_their_names(tmp_path: Path) -> None:
    source = plain(tmp_path / "in.xlsx", row(1, "text") + row(2, "a"))
    with_part(source, "xl/_rels/workbook.xml.rels", ("worksheets/sheet1", "Worksheets/Sheet1"))
    after = parts(written(source, {2: ("good", 0.5)}, header_row=1))
    assert b"good" in after["xl/worksheets/sheet1.xml"]


def test_styles_without_percent_gain_one(tmp_path: Path) -> None:
    styles = (
        f'<styleSheet xmlns="{MAIN}"><cellXfs count="1"><xf numFmtId="0"/></cellXfs></styleSheet>'
    )
    source = plain(tmp_path / "in.xlsx", row(1, "text") + row(2, "a"))
    relation = '<Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="/xl/styles.xml"/></R'
    with_part(source, "xl/_rels/workbook.xml.rels", ("</R", relation))
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/styles.xml", styles)
    after = parts(written(source, {2: ("good", 0.5)}, header_row=1))
    assert b'<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="9"' in after["xl/styles.xml"]
    assert b'<x:c r="C2" s="1"><x:v>0.5</x:v></x:c>' in after["xl/worksheets/sheet1.xml"]
