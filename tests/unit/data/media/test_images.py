"""Pictures: every kind comes out as plain upright RGB, and what is no picture is refused with its reason."""

import json
import shutil
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile

from bigmodel.core.errors import DatasetError
from bigmodel.data.media import images
from bigmodel.data.media.images import encode, is_picture, is_tiny, open_picture, thumbnail

CORPUS = Path(__file__).parents[5] / "shared" / "badfiles" / "corpus"
RED, BLUE = (220, 20, 20), (20, 20, 220)
VERDICTS = {
    "i_pixel_bomb.png": "picture_large",
    "i_truncated.jpg": "picture_broken",
    "i_eps_named.png": "picture_format",
    "i_zero.jpg": "picture_empty",
    "i_1x1.png": "",
    "i_gps.jpg": "",
    "i_cmyk.jpg": "",
}


def flag(width: int = 200, height: int = 100) -> Image.Image:
    """Red on the left, blue on the right."""
    made = Image.new("RGB", (width, height), RED)
    made.paste(BLUE, (width // 2, 0, width, height))
    return made


def saved(image: Image.Image, kind: str, **options: Any) -> BytesIO:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer


def is_close(pixel: Any, wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) < 30


def is_flag(image: Image.Image) -> bool:
    left = image.getpixel((image.width // 8, image.height // 2))
    right = image.getpixel((image.width * 7 // 8, image.height // 2))
    return is_close(left, RED) and is_close(right, BLUE)


def refusal(source: Path | BytesIO) -> str:
    with pytest.raises(DatasetError) as refused:
        open_picture(source)
    return refused.value.key


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_every_kind_comes_out_as_rgb(kind: str) -> None:
    found = open_picture(saved(flag(), kind))
    assert (found.mode, found.size, set(found.info)) == ("RGB", (200, 100), {"transform"})
    assert is_flag(found)


def test_heic_of_a_phone_is_read_and_pillow_stays_as_it_was() -> None:
    from pillow_heif import from_pillow  # noqa: PLC0415

    buffer = BytesIO()
    from_pillow(flag()).save(buffer, quality=90)
    assert is_picture(buffer.getvalue()[:64])
    assert is_flag(open_picture(buffer))
    assert "HEIF" not in Image.OPEN


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_stands_upright_however_the_camera_was_held(orientation: int, kind: str) -> None:
    turned = flag()
    undo = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    turn = undo.get(orientation, images.UPRIGHT.get(orientation))
    turned = turned.transpose(turn) if turn is not None else turned
    exif = Image.Exif()
    exif[images.ORIENTATION] = orientation
    found = open_picture(saved(turned, kind, exif=exif.tobytes()))
    assert found.size == (200, 100)
    assert is_flag(found)


def test_broken_exif_is_no_reason_to_refuse() -> None:
    bytes_of_exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 9999) + b"\xff" * 5
    assert is_flag(open_picture(saved(flag(), "WEBP", exif=bytes_of_exif)))


def test_transparent_ground_becomes_white() -> None:
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    for image in (clear, clear.convert("LA"), clear.quantize()):
        assert open_picture(saved(image, "PNG")).getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    grey = np.full((20, 20), 0x8000, np.uint16)
    assert open_picture(saved(Image.fromarray(grey), "PNG")).getpixel((5, 5)) == (128, 128, 128)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    made = Image.new("L", (10, 10)) if mode == "I;16" else flag(10, 10).convert(mode)
    if mode == "I;16":
        made = Image.fromarray(np.zeros((10, 10), np.uint16))
    assert open_picture(saved(made, kind)).mode == "RGB"


def test_first_frame_of_a_moving_picture_counts() -> None:
    moving = saved(flag(), "GIF", save_all=True, append_images=[Image.new("RGB", (200, 100))])
    assert is_flag(open_picture(moving))


def test_longer_side_is_bounded_and_proportions_stay() -> None:
    found = open_picture(saved(flag(3000, 1000), "JPEG"), longest=300)
    assert found.size == (300, 100)
    assert is_flag(found)


def test_wide_thread_of_pixels_keeps_one_row() -> None:
    assert open_picture(saved(flag(4000, 1), "PNG"), longest=100).size == (100, 1)


def test_huge_jpeg_is_decoded_small_and_no_other_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 10_000)
    monkeypatch.setattr(images, "MAX_JPEG_PIXELS", 30_000)
    assert is_flag(open_picture(saved(flag(), "JPEG"), longest=50))
    assert refusal(saved(flag(), "PNG")) == "picture_large"
    assert refusal(saved(flag(), "WEBP", lossless=True)) == "picture_large"
    assert refusal(saved(flag(400, 100), "JPEG")) == "picture_large"


def test_progressive_jpeg_of_many_scans_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 10_000)
    monkeypatch.setattr(images, "MAX_JPEG_SCAN_PIXELS", 30_000)
    assert refusal(saved(flag(), "JPEG", progressive=True)) == "picture_large"
    assert is_flag(open_picture(saved(flag(), "JPEG")))


@pytest.mark.parametrize("form", ["VP8X", "VP8L", "VP8 "])
def test_webp_canvas_is_refused_before_it_is_made(form: str) -> None:
    side = 16_383
    body = {
        "VP8X": bytes(4) + (side - 1).to_bytes(3, "little") * 2,
        "VP8L": b"/" + ((side - 1) | (side - 1) << 14).to_bytes(4, "little"),
        "VP8 ": b"\0\0\0\x9d\x01\x2a" + side.to_bytes(2, "little") * 2,
    }[form]
    head = b"RIFF" + (4 + 8 + len(body)).to_bytes(4, "little") + b"WEBP"
    head += form.encode() + len(body).to_bytes(4, "little") + body
    assert refusal(BytesIO(head)) == "picture_large"


def test_pillows_own_bounds_stay() -> None:
    open_picture(saved(flag(), "JPEG"))
    assert Image.MAX_IMAGE_PIXELS == 89_478_485
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_truncated_file_is_refused(kind: str) -> None:
    noise = Image.effect_noise((120, 120), 80).convert("RGB")
    whole = saved(noise, kind).getvalue()
    assert refusal(BytesIO(whole[: len(whole) * 6 // 10])) == "picture_broken"


@pytest.mark.parametrize("content", [b"MZ", b"<svg/>", b"%!PS-Adobe-3.0", b"II*\0", b"GIF89a"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert refusal(BytesIO(content)) in ("picture_format", "picture_broken")


def test_lying_png_is_refused_quietly() -> None:
    head = struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    png += struct.pack(">I", zlib.crc32(chunk))
    assert refusal(BytesIO(png + b"\0\0\0\1IDATx")) == "picture_broken"


@pytest.mark.parametrize("chunk", [b"IHDR", b"IDAT"])
def test_png_that_does_not_add_up_is_refused(chunk: bytes) -> None:
    content = bytearray(saved(Image.effect_noise((60, 60), 80), "PNG").getvalue())
    start = content.index(chunk)
    length = int.from_bytes(content[start - 4 : start], "big")
    content[start + 4 + length] ^= 0xFF  # the first byte of its sum
    assert refusal(BytesIO(bytes(content))) == "picture_broken"


def test_photo_is_stored_as_jpeg_and_drawing_as_png() -> None:
    photo = Image.effect_noise((120, 90), 60).convert("RGB")
    noisy = Image.merge("RGB", [Image.effect_noise((120, 90), 60) for _ in range(3)])
    assert [encode(image).ending for image in (noisy, photo, flag())] == ["jpg", "png", "png"]
    again = open_picture(BytesIO(encode(flag()).content))
    assert again.tobytes() == flag().tobytes()


def test_thumbnail_is_a_small_jpeg() -> None:
    small = thumbnail(saved(flag(1200, 600), "PNG"), 100)
    assert Image.open(BytesIO(small)).size == (100, 50)
    assert small.startswith(b"\xff\xd8")


def test_many_threads_read_at_once() -> None:
    content = saved(flag(), "JPEG").getvalue()
    start = threading.Barrier(4)

    def read(_number: int) -> bool:
        start.wait()
        return all(is_flag(open_picture(BytesIO(content))) for _ in range(20))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, range(4)))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not there")
@pytest.mark.parametrize("name", VERDICTS)
def test_corpus_gets_its_verdict(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_: pytest.fail("Ghostscript was looked for"))
    record = next(
        item
        for item in json.loads((CORPUS / "manifest.json").read_text("utf-8"))["files"]
        if item["file"] == name
    )
    assert record["expected"].startswith("reject") == bool(VERDICTS[name])
    if VERDICTS[name]:
        assert refusal(CORPUS / name) == VERDICTS[name]
    else:
        found = open_picture(CORPUS / name)
        assert found.info.pop("transform")
        assert (found.mode, found.info, dict(found.getexif())) == ("RGB", {}, {})
        assert is_tiny(found) == (name == "i_1x1.png")


def _open_saved(picture: Image.Image, kind: str, **options: object) -> Image.Image:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return open_picture(buffer)


@pytest.mark.parametrize("kind", ["TIFF", "AVIF"])
def test_other_kinds_of_pictures_are_read(kind: str) -> None:
    found = _open_saved(flag(), kind)
    assert found.size == (200, 100)
    assert found.getpixel((20, 50))[0] > 150 > found.getpixel((180, 50))[0]  # type: ignore[index]


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_of_any_depth_can_be_seen(bits: int, kind: str) -> None:
    values = np.linspace(0, 2**bits - 1, 64 * 64).reshape(64, 64).astype(np.uint16)
    found = np.asarray(_open_saved(Image.fromarray(values), kind))
    assert (found.min(), found.max()) == (0, 255)


def test_measured_values_are_stretched() -> None:
    values = np.linspace(-3.5, 40.0, 64 * 64, dtype=np.float32).reshape(64, 64)
    found = np.asarray(_open_saved(Image.fromarray(values), "TIFF"))
    assert (found.min(), found.max()) == (0, 255)


@pytest.mark.parametrize(("ink", "told"), [("white", ["pictures_on_grey"]), ("black", [])])
def test_icon_on_transparency_can_be_seen(ink: str, told: list[str]) -> None:
    icon = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    icon.paste(ink, (16, 16, 48, 48))
    found = _open_saved(icon, "PNG")
    assert np.ptp(np.asarray(found)) > 100
    assert found.info.get("remarks", []) == told


def test_pages_of_a_scan_are_told() -> None:
    found = _open_saved(flag(), "TIFF", save_all=True, append_images=[flag()])
    assert found.info["remarks"] == ["pictures_pages"]


def test_grey_photo_of_a_plain_thing_is_no_drawing() -> None:
    slope = np.linspace(90, 150, 120)[None, :] + np.zeros((90, 1))
    assert not images.is_notice(Image.fromarray(slope.astype(np.uint8)).convert("RGB"))
    drawn = Image.new("RGB", (120, 90), "white")
    drawn.paste((200, 0, 0), (20, 20, 60, 60))
    assert images.is_notice(drawn)
