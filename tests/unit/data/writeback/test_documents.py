"""A document comes back in other words and otherwise as it was: every other byte of a Word file, every blank of a text."""

import zipfile
from pathlib import Path

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.data.writeback.documents.reword import is_document, reword
from bigmodel.settings import Settings

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADING = "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>Big</w:t></w:r><w:r><w:t xml:space='preserve'> heading &amp; more </w:t></w:r></w:p>"
TABBED = "<w:p><w:r><w:t>one</w:t><w:tab/><w:t>42</w:t><w:br/><w:t>two</w:t></w:r><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink></w:p>"
BOXED = "<w:p><w:r><w:t>outside</w:t></w:r><w:r><w:pict><w:p><w:r><w:t>inside</w:t></w:r></w:p></w:pict></w:r><w:r><w:t> again</w:t></w:r></w:p>"
BODY = f"{HEADING}<w:p/><w:tbl><w:tc>{TABBED}</w:tc></w:tbl>{BOXED}<w:p><w:r><w:t/><w:delText>gone</w:delText></w:r></w:p>"


def write_document(path: Path, before: str = "") -> Path:
    """Write a Word document of one part, and a header."""
    relation = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{KIND}/{{}}" Target="{{}}"/></Relationships>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_rels/.rels", relation.format("officeDocument", "word/document.xml"))
        archive.writestr("word/_rels/document.xml.rels", relation.format("header", "header1.xml"))
        archive.writestr(
            "word/header1.xml", f"<w:hdr {W}><w:p><w:r><w:t>top</w:t></w:r></w:p></w:hdr>"
        )
        archive.writestr(
            "word/document.xml", f"{before}<w:document {W}><w:body>{BODY}</w:body></w:document>"
        )
        archive.writestr("word/media/1.png", b"\x89PNG")
    return path


def reworded(settings: Settings, source: Path) -> tuple[Path, list[str], tuple[int, int]]:
    """Write a document in capitals; return it, the passages that were asked for, and how many there are."""
    asked: list[str] = []

    def say(texts: list[str]) -> list[str]:
        asked.extend(texts)
        return [f"<{text.upper()}>" for text in texts]

    out = source.with_name(f"out{source.suffix}")
    told = reword(settings, source, out, say, lambda *_: None)  # type: ignore[arg-type]
    return out, asked, (told.passages, told.empty)


def test_word_document_keeps_all_but_its_words(settings: Settings, tmp_path: Path) -> None:
    out, asked, counts = reworded(settings, write_document(tmp_path / "a.docx"))
    assert asked == ["top", "Big heading & more", "one", "two", "link", "inside", "outside again"]
    assert counts == (8, 1)
    with zipfile.ZipFile(out) as archive:
        body = archive.read("word/document.xml").decode()
        assert "<w:t>TOP" not in archive.read("word/header1.xml").decode()
        assert "&lt;TOP&gt;" in archive.read("word/header1.xml").decode()
        assert archive.read("word/media/1.png") == b"\x89PNG"
    kept = '<w:t xml:space="preserve">'
    for given, made in {
        "<w:t>Big</w:t>": "<w:t></w:t>",
        "<w:t xml:space='preserve'> heading &amp; more </w:t>": f"{kept}&lt;BIG HEADING &amp; MORE&gt; </w:t>",
        "<w:t>one</w:t>": f"{kept}&lt;ONE&gt;</w:t>",
        "<w:t>two</w:t>": f"{kept}&lt;TWO&gt;</w:t>",
        "<w:t>link</w:t>": f"{kept}&lt;LINK&gt;</w:t>",
        "<w:t>outside</w:t>": f"{kept}&lt;OUTSIDE AGAIN&gt;</w:t>",
        "<w:t>inside</w:t>": f"{kept}&lt;INSIDE&gt;</w:t>",
        "<w:t> again</w:t>": "<w:t></w:t>",
    }.items():
        assert made in body
        body = body.replace(made, given, 1)
    assert body == f"<w:document {W}><w:body>{BODY}</w:body></w:document>"


def test_text_keeps_its_lines_blanks_and_marks(settings: Settings, tmp_path: Path) -> None:
    source = tmp_path / "a.md"
    source.write_bytes(b"\xef\xbb\xbf# Title\r\n\r\n  - first point, long\r\n> \t42\r\nlast")
    out, asked, counts = reworded(settings, source)
    assert asked == ["Title", "first point, long", "last"]
    assert counts == (5, 2)
    made = b"\xef\xbb\xbf# <TITLE>\r\n\r\n  - <FIRST POINT, LONG>\r\n> \t42\r\n<LAST>"
    assert out.read_bytes() == made


def test_document_that_is_none_is_refused(settings: Settings, tmp_path: Path) -> None:
    broken = tmp_path / "b.docx"
    broken.write_bytes(b"\xd0\xcf\x11\xe0 locked")
    unsafe = write_document(tmp_path / "c.docx", '<!DOCTYPE x [<!ENTITY a "b">]>')
    for path in (broken, unsafe):
        with pytest.raises(DatasetError) as caught:
            reworded(settings, path)
        assert caught.value.key == "document_broken"


def test_document_without_words_is_refused_and_nothing_written(
    settings: Settings, tmp_path: Path
) -> None:
    empty = tmp_path / "scan.md"
    empty.write_text("---\n\n* * *\n", "utf-8")
    with pytest.raises(DatasetError) as caught:
        reworded(settings, empty)
    assert caught.value.key == "document_empty"
    assert not (tmp_path / "out.md").exists()


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        ("Dear Ann, how are you?\n\nI am well.\n", True),
        ("One line, with a comma", True),
        ("id\ttext\n1\tgood\n2\tbad\n", False),
        ('{"text": "good"}\n{"text": "bad"}\n', False),
        ("Dear Ann,\nall is well, I hope.\nYours, Bob\n", True),
        ("[Draft] A note\n", True),
        ("id,text\n" + 9 * "1,good\n", False),
        ("", True),
    ],
)
def test_table_in_a_text_file_stays_a_table(tmp_path: Path, content: str, is_one: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_text(content, "utf-8")
    assert is_document(path) == is_one
    assert not is_document(tmp_path / "a.csv")
