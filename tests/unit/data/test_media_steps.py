"""Steps for pictures and recordings: what was planted is gone, what is shown or heard stays, and a second time changes nothing."""

import numpy as np
import pytest
from PIL import Image

from bigmodel.core.errors import DatasetError
from bigmodel.data.picture_steps import clean_picture
from bigmodel.data.sound_steps import LOUDNESS_DB, clean_sound
from bigmodel.data.steps import asked_steps, in_order
from bigmodel.data.targets import target_kind

RATE = 16_000


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def framed(inner: Image.Image, edges: tuple[int, int, int, int], colour: str) -> Image.Image:
    """Return a picture inside a border of so many pixels: left, top, right, bottom."""
    left, top, right, bottom = edges
    whole = Image.new("RGB", (inner.width + left + right, inner.height + top + bottom), colour)
    whole.paste(inner, (left, top))
    return whole


@pytest.mark.parametrize(
    ("edges", "colour"),
    [((0, 30, 0, 30), "black"), ((12, 0, 40, 0), "white"), ((9, 9, 9, 9), "navy")],
)
def test_planted_borders_are_cut_off(edges: tuple[int, int, int, int], colour: str) -> None:
    inner = noise(120, 80)
    assert clean_picture(framed(inner, edges, colour), ("borders",)).tobytes() == inner.tobytes()


def test_bars_inside_a_frame_go_too() -> None:
    inner = noise(120, 80)
    twice = framed(framed(inner, (0, 20, 0, 20), "black"), (6, 6, 6, 6), "white")
    assert clean_picture(twice, ("borders",)).tobytes() == inner.tobytes()


def test_sky_and_the_ground_of_an_object_are_no_borders() -> None:
    sky = np.zeros((90, 120, 3), np.uint8) + np.linspace(200, 90, 90)[:, None, None].astype("u1")
    dot = Image.new("RGB", (120, 90), "white")
    dot.paste("red", (50, 35, 70, 55))
    for picture in (Image.fromarray(sky), dot, Image.new("RGB", (40, 30), "black"), noise(9, 9)):
        assert clean_picture(picture, ("borders",)) is picture


@pytest.mark.parametrize("way", ["squash", "crop", "pad"])
def test_pictures_become_squares_once(way: str) -> None:
    made = clean_picture(noise(120, 80), (way,))
    assert made.size == {"crop": (80, 80)}.get(way, (120, 120))
    assert clean_picture(made, (way,)) is made
    corner = made.getpixel((0, 0))
    assert (corner == (0, 0, 0)) == (way == "pad")


def tone(seconds: float, loud: float = 0.1) -> np.ndarray:
    return (loud * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE)) / RATE)).astype("f4")


def still(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), np.float32)


def test_planted_silence_goes_but_pauses_stay() -> None:
    sound = np.concatenate([still(1.5), tone(0.5), still(0.8), tone(0.5), still(2.0)])
    (made,) = clean_sound(sound, RATE, ("silence",))
    assert len(made) / RATE == pytest.approx(1.8 + 0.2, abs=0.02)
    assert clean_sound(made, RATE, ("silence",))[0] is made
    quiet = still(1.0)
    assert clean_sound(quiet, RATE, ("silence", "loudness"))[0] is quiet


def test_loudness_is_levelled_whatever_the_pauses() -> None:
    for loud, pause in ((0.004, 0.0), (0.3, 3.0)):
        sound = np.concatenate([tone(1.0, loud), still(pause)])
        (made,) = clean_sound(sound, RATE, ("loudness",))
        power = 10 * np.log10(np.square(made[:RATE]).mean())
        assert power == pytest.approx(LOUDNESS_DB, abs=0.3)
        assert clean_sound(made, RATE, ("loudness",))[0] is made
    peaks = still(1.0)
    peaks[::400] = 0.02
    assert np.abs(clean_sound(peaks, RATE, ("loudness",))[0]).max() <= 0.991


def test_long_recordings_are_cut_in_pauses() -> None:
    parts = [part for _ in range(4) for part in (tone(2.4), still(0.6))]
    pieces = clean_sound(np.concatenate(parts), RATE, ("pieces:4",))
    assert np.concatenate(pieces).tobytes() == np.concatenate(parts).tobytes()
    assert max(map(len, pieces)) <= 4 * RATE
    for piece in pieces[:-1]:  # cut where nothing is heard
        assert np.abs(piece[-800:]).max() == 0
        assert clean_sound(piece, RATE, ("pieces:4",))[0] is piece


def test_steps_run_in_one_order_and_unknown_ones_are_refused() -> None:
    assert in_order(["loudness", "pieces:10", "silence", "silence"], "audio") == (
        "silence", "pieces:10", "loudness",
    )  # fmt: skip
    with pytest.raises(DatasetError, match="borders"):
        in_order(["borders"], "audio")
    for wrong in ("pieces", "pieces:0.1", "pieces:x", "pieces:nan"):
        with pytest.raises(DatasetError):
            in_order([wrong], "audio")


def test_what_is_made_of_a_whole_file_or_of_a_text_is_not_cleaned() -> None:
    assert asked_steps("image", target_kind("label"), ["borders"]) == ("borders",)
    for medium, kind in (("image", "picture"), ("audio", "clean"), ("audio", "spoken")):
        assert asked_steps(medium, target_kind(kind), ["borders", "silence"]) == ()
