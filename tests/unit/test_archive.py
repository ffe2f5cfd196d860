"""Every trick that a ZIP can play has its own sentence, and an honest one is unpacked byte for byte."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bigmodel import archive as archives
from bigmodel.archive import Archive, Bounds, open_archive
from bigmodel.core.errors import DatasetError
from bigmodel.data.media import archive as media_archives
from bigmodel.data.media.archive import archive_entries
from tests.fakes.media import packed

ROOMY = Bounds(files=100, total=2**20, one_file=2**19)
HONEST = {"cat/1.png": b"one" * 50, "dog/2.png": b"two" * 50, "dog/": b""}


def opened(path: Path, bounds: Bounds = ROOMY) -> Archive:
    return open_archive(path, bounds)


def contents(archive: Archive) -> dict[str, bytes]:
    found = {member.name: b"".join(member.chunks()) for member in archive.members}
    archive.close()
    return found


def key_of(call: Callable[[], object]) -> str:
    with pytest.raises(DatasetError) as caught:
        call()
    return caught.value.key


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_honest_archive_is_unpacked_whole(tmp_path: Path, method: int) -> None:
    archive = opened(packed(tmp_path / "a.zip", HONEST, method=method))
    assert contents(archive) == {"cat/1.png": b"one" * 50, "dog/2.png": b"two" * 50}
    assert archive.prefix == 0


def test_large_file_is_unpacked_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_archives, "HELD_BYTES", 10)
    path = packed(tmp_path / "a.zip", HONEST)
    with archive_entries(path, ROOMY, tmp_path) as (entries, _), entries[0].open() as file:
        assert file.read() == b"one" * 50
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("猫/1.png".encode("gb18030"), "猫/1.png"),
        ("猫狗/1.png".encode("gb18030"), "猫狗/1.png"),
        ("猫/1.png".encode(), "猫/1.png"),
        (b"plain/1.png", "plain/1.png"),
        (b"caf\x82/1.png", "café/1.png"),
    ],
)
def test_names_without_a_flag_are_read(tmp_path: Path, raw: bytes, text: str) -> None:
    path = packed(tmp_path / "a.zip", {"x" * len(raw): b"1"})
    by_windows = struct.pack("<4sBB", b"PK\x01\x02", 20, 0)
    content = path.read_bytes().replace(b"x" * len(raw), raw)
    path.write_bytes(content.replace(struct.pack("<4sBB", b"PK\x01\x02", 20, 3), by_windows))
    archive = opened(path)
    assert [member.name for member in archive.members] == [text]
    archive.close()


def test_name_beside_the_name_wins(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("old.png")
    body = b"\x01" + struct.pack("<I", zlib.crc32(b"old.png")) + "新.png".encode()
    info.extra = struct.pack("<HH", 0x7075, len(body)) + body
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(info, b"1")
    archive = opened(tmp_path / "a.zip")
    assert archive.members[0].name == "新.png"
    archive.close()


@pytest.mark.parametrize(
    "name",
    ["../x.png", "a/../../x.png", "/x.png", "\\x.png", "C:/x.png", "C:\\x.png", "..\\x.png"],
)
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / "a.zip", {name: b"1"})
    assert key_of(lambda: opened(path)) == "archive_paths"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("cat/1.png")
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(info, b"/etc/passwd")
    assert key_of(lambda: opened(tmp_path / "a.zip")) == "archive_links"


@pytest.mark.parametrize(
    ("bounds", "key"),
    [
        (Bounds(2, 2**20, 2**20), "archive_many"),
        (Bounds(9, 299, 2**20), "archive_large"),
        (Bounds(9, 2**20, 149), "archive_file_large"),
        (Bounds(3, 300, 150), ""),
    ],
)
def test_bounds_are_kept(tmp_path: Path, bounds: Bounds, key: str) -> None:
    path = packed(tmp_path / "a.zip", HONEST)
    if key:
        assert key_of(lambda: opened(path, bounds)) == key
    else:
        assert len(contents(opened(path, bounds))) == 2


def test_packed_too_well_is_a_bomb(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"1.png": b"\0" * 40 * 2**20})
    assert key_of(lambda: opened(path, Bounds(9, 2**30, 2**30))) == "archive_bomb"


def test_more_than_promised_is_a_bomb(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"1.png": b"a" * 100_000})
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<I", 100_000), struct.pack("<I", 5_000)))
    archive = opened(path)
    assert key_of(lambda: list(archive.members[0].chunks())) == "archive_bomb"
    archive.close()


def test_empty_files_have_their_own_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_EMPTY", 3)
    path = packed(tmp_path / "a.zip", {f"{i}.png": b"" for i in range(4)})
    assert key_of(lambda: opened(path)) == "archive_hollow"


def test_shared_bytes_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"1.png": b"a" * 20, "2.png": b"b" * 20}, method=0)
    raw = bytearray(path.read_bytes())
    second = raw.rindex(b"PK\x01\x02")
    raw[second + 42 : second + 46] = struct.pack("<I", 0)  # both start at the first file
    path.write_bytes(raw)
    assert key_of(lambda: opened(path)) == "archive_overlaps"


def test_locked_archive_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", HONEST)
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert key_of(lambda: opened(path)) == "archive_locked"


def test_other_packing_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", HONEST, method=zipfile.ZIP_LZMA)
    assert key_of(lambda: opened(path)) == "archive_method"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_cut_archive_is_refused(tmp_path: Path, share: float) -> None:
    path = packed(tmp_path / "a.zip", HONEST)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(share * len(raw))])
    assert key_of(lambda: opened(path)) == "archive_truncated"


def test_bytes_before_the_archive_are_counted(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", HONEST)
    path.write_bytes(b"\xff\xd8\xff something else" + path.read_bytes())
    archive = opened(path)
    assert archive.prefix == 18
    assert contents(archive)["dog/2.png"] == b"two" * 50


def test_damaged_file_costs_itself_only(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", HONEST, method=0)
    path.write_bytes(path.read_bytes().replace(b"oneone", b"oneXne", 1))
    archive = opened(path)
    assert key_of(lambda: list(archive.members[0].chunks())) == "media_damaged"
    assert b"".join(archive.members[1].chunks()) == b"two" * 50
    archive.close()


@pytest.mark.slow
def test_more_files_than_sixteen_bits_count(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {f"{i}.png": b"1" for i in range(65_600)}, method=0)
    archive = opened(path, Bounds(100_000, 2**20, 2**20))
    assert len(archive.members) == 65_600
    archive.close()


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(0, 10_000), value=st.integers(0, 255), cut=st.integers(0, 400))
@example(place=307, value=1, cut=0)  # a file that begins before the archive does
def test_changed_bytes_never_break_the_reader(
    tmp_path: Path, place: int, value: int, cut: int
) -> None:
    path = packed(tmp_path / "a.zip", HONEST)
    raw = bytearray(path.read_bytes())
    raw[place % len(raw)] = value
    path.write_bytes(raw[: len(raw) - cut % 40] if cut > 360 else raw)
    try:
        archive = opened(path)
    except DatasetError:
        return
    for member in archive.members:
        try:
            list(member.chunks())
        except DatasetError:
            continue
    archive.close()
