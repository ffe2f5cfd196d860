"""Decodes one picture somebody gave us into plain upright RGB; what its header forbids is never decoded.

Each decoder is called by name after our own look at the first bytes, so that no other one can be
reached (a renamed PostScript file never starts Ghostscript) and no switch of Pillow has to be turned.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
)
from PIL import WebPImagePlugin as WebpImagePlugin
from PIL.ImageFile import ImageFile

from bigmodel.core.errors import DatasetError
from bigmodel.data.ground import bits_of, eight_bit, on_ground
from bigmodel.data.media.transform import Transform

LONGEST = 768  # pixels of the longer side that are kept
LONGEST_EXACT = 1_024  # likewise, where every pixel of them counts
THUMBNAIL = 160
ACCEPTED = "PNG, JPEG, WebP, BMP, GIF, TIFF, HEIC, AVIF"
HEAD_BYTES = 64
MAX_PIXELS = 50_000_000
MAX_JPEG_PIXELS = 200_000_000  # decoded at an eighth of its sides
MAX_JPEG_SCAN_PIXELS = 20 * MAX_JPEG_PIXELS  # a progressive picture is decoded once a scan
TINY = 8  # pixels; a side below shows nothing
LOSSLESS_SIDE = 64  # pixels; JPEG blurs icons and digits
FEW_COLOURS = 256
# Of 2,198 photos looked at the plainest had 43 tones in nine tenths of its points, a drawn notice has a few.
FEW_TONES, MOST_POINTS = 24, 0.9
JPEG_QUALITY = 92
THUMBNAIL_QUALITY = 80
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_CHECKED = (b"IHDR", b"PLTE", b"IDAT")
AVIF_BRANDS = (b"avif", b"avis")
TIFF_STARTS = (b"II*\0", b"MM\0*")
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# What the decoders raise on bytes that are not what they say.
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    RuntimeError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip
Source = Path | BinaryIO


@dataclass(frozen=True)
class Encoded:
    """A picture as it is stored: its bytes and the ending of its file name."""

    content: bytes
    ending: str


def open_picture(source: Source, longest: int = LONGEST) -> Image.Image:
    """Return a picture as upright RGB without metadata, its longer side at most `longest` pixels.

    Raises:
        DatasetError: `picture_empty`, `picture_format`, `picture_large` or `picture_broken`.
    """
    with _opened(source) as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        if not head:
            raise DatasetError("picture_empty")
        kind = _kind(head)
        if not kind:
            raise DatasetError("picture_format", accepted=ACCEPTED)
        try:
            _check_canvas(kind, head)
            _check_sums(kind, file)
            picture = OPENERS[kind](file)
            _check_size(kind, picture, file)
            return plain_picture(picture, longest, is_deep=is_deep_png(head))
        except BROKEN as error:
            raise DatasetError("picture_broken") from error


def is_picture(head: bytes) -> bool:
    """Return whether a file that starts like this may be a picture we read."""
    return bool(_kind(head))


def is_tiny(picture: Image.Image) -> bool:
    """Return whether a picture is too small to show anything."""
    return min(picture.size) < TINY


def is_notice(picture: Image.Image) -> bool:
    """Return whether a few colours fill most of a picture, as in drawings and notices; a photo without colour has many greys."""
    colours = picture.getcolors(FEW_COLOURS)
    if colours is None:
        return False
    points = sum(count for count, _ in colours)
    return (
        sum(count for count, _ in sorted(colours, key=itemgetter(0))[-FEW_TONES:])
        >= MOST_POINTS * points
    )


def encode(picture: Image.Image, *, is_exact: bool = False) -> Encoded:
    """Return a picture as it is stored: PNG where JPEG would blur it (tiny, or of few colours) or nothing may be lost, else JPEG."""
    is_drawn = max(picture.size) <= LOSSLESS_SIDE or picture.getcolors(FEW_COLOURS) is not None
    if is_drawn or is_exact:
        return Encoded(_saved(picture, "PNG", compress_level=6), "png")
    return Encoded(_saved(picture, "JPEG", quality=JPEG_QUALITY), "jpg")


def thumbnail(source: Source, longest: int = THUMBNAIL) -> bytes:
    """Return a small JPEG of a picture."""
    return _saved(open_picture(source, longest), "JPEG", quality=THUMBNAIL_QUALITY)


def _saved(picture: Image.Image, kind: str, **options: int) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        source.seek(0)
        yield source


# what it is, and whether to decode it -------------------------------------------------------------


def _kind(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(PNG_START):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "bmp"
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "heif"
    if head[4:8] == b"ftyp" and head[8:12] in AVIF_BRANDS:
        return "avif"
    if head.startswith(TIFF_STARTS):
        return "tiff"
    return ""


def _open_heif(file: BinaryIO) -> ImageFile:
    from pillow_heif import HeifImageFile  # noqa: PLC0415 - large, and rarely needed

    picture: ImageFile = HeifImageFile(file)  # type: ignore[no-untyped-call]
    return picture


OPENERS: dict[str, Callable[[BinaryIO], ImageFile]] = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "gif": GifImagePlugin.GifImageFile,
    "webp": WebpImagePlugin.WebPImageFile,
    "bmp": BmpImagePlugin.BmpImageFile,
    "heif": _open_heif,
    "avif": AvifImagePlugin.AvifImageFile,
    "tiff": TiffImagePlugin.TiffImageFile,
}


def _check_canvas(kind: str, head: bytes) -> None:
    """Refuse a huge WebP before its decoder makes room for the canvas, which it does when opened."""
    if kind != "webp":
        return
    if head[12:16] == b"VP8X":
        width = 1 + int.from_bytes(head[24:27], "little")
        height = 1 + int.from_bytes(head[27:30], "little")
    elif head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width = int.from_bytes(head[26:28], "little") & 0x3FFF
        height = int.from_bytes(head[28:30], "little") & 0x3FFF
    _refuse_large(width * height, MAX_PIXELS)


def _check_sums(kind: str, file: BinaryIO) -> None:
    """Refuse a PNG whose pixels do not add up to what it says; its decoder would show garbage."""
    if kind != "png":
        return
    file.seek(len(PNG_START))
    while len(start := file.read(8)) == 8:
        length, name = int.from_bytes(start[:4], "big"), start[4:]
        if name in PNG_CHECKED:
            content = file.read(length)
            if zlib.crc32(content, zlib.crc32(name)) != int.from_bytes(file.read(4), "big"):
                raise DatasetError("picture_broken")
        else:
            file.seek(length + 4, 1)
        if name == b"IEND":
            break
    file.seek(0)


def _check_size(kind: str, picture: ImageFile, file: BinaryIO) -> None:
    pixels = picture.width * picture.height
    _refuse_large(pixels, MAX_JPEG_PIXELS if kind == "jpeg" else MAX_PIXELS)
    if kind == "jpeg" and pixels > MAX_PIXELS and picture.info.get("progressive"):
        place = file.tell()
        file.seek(0)
        scans = file.read().count(b"\xff\xda")
        file.seek(place)
        _refuse_large(pixels * scans, MAX_JPEG_SCAN_PIXELS)


def _refuse_large(pixels: int, limit: int) -> None:
    if pixels > limit:
        raise DatasetError(
            "picture_large", megapixels=pixels // 1_000_000, limit=limit // 1_000_000
        )


# plain RGB ----------------------------------------------------------------------------------------


def is_deep_png(head: bytes) -> bool:
    """Return whether a file that starts like this is a PNG of 16 bits a colour."""
    return head.startswith(PNG_START) and head[24:25] == b"\x10"


def plain_picture(picture: ImageFile, longest: int, *, is_deep: bool) -> Image.Image:
    """Decode, make smaller, lay on a ground, turn upright, and forget everything that is no pixel."""
    came = picture.size
    picture.draft(None, _fitted(picture, longest))  # a JPEG decodes at 1/2, 1/4 or 1/8 of its sides
    picture.load()
    orientation = _orientation(picture.info.get("exif"))
    turn = UPRIGHT.get(orientation)
    remarks = (
        ["pictures_pages"] if getattr(picture, "n_frames", 1) > 1 and not _moves(picture) else []
    )
    found: Image.Image = eight_bit(picture)
    if is_deep and (bits := bits_of(np.asarray(picture))) < (16 if found.mode == "L" else 8):
        remarks.append("pictures_stretched")
        found = found if found.mode == "L" else found.point(lambda value: value << 8 - bits)
    found = _reduced(found, longest)
    if found.mode == "RGBA":
        found, is_light = on_ground(found)
        remarks += ["pictures_on_grey"] if is_light else []
    elif found.mode != "RGB":
        found = found.convert("RGB")
    found = found.transpose(turn) if turn is not None else found.copy()
    found.info.clear()
    found.info["transform"] = Transform(
        orientation if orientation in UPRIGHT else 1, came, found.size
    )
    if remarks:
        found.info["remarks"] = remarks
    return found


def _moves(picture: ImageFile) -> bool:
    """Tell an animation, of which the first picture is enough, from pages."""
    return "duration" in picture.info or picture.format in ("GIF", "WEBP", "AVIF", "HEIF")


def _reduced(picture: Image.Image, longest: int) -> Image.Image:
    if max(picture.size) <= longest:
        return picture
    size = _fitted(picture, longest)
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _fitted(picture: Image.Image, longest: int) -> tuple[int, int]:
    scale = min(1.0, longest / max(picture.size))
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def _orientation(exif: object) -> int:
    """Return how the camera was held, from the first directory of the EXIF bytes; 1 (upright) if it does not say."""
    if not isinstance(exif, bytes):
        return 1
    tiff = exif.removeprefix(b"Exif\0\0")
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        start = struct.unpack_from(f"{order}I", tiff, 4)[0]
        entries = struct.unpack_from(f"{order}H", tiff, start)[0]
        for place in range(start + 2, start + 2 + 12 * entries, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, place)
            if tag == ORIENTATION:
                return int(value)
    except struct.error:
        pass
    return 1
