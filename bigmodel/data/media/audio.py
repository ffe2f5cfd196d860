"""Decodes one recording somebody gave us into mono samples; what its header forbids is never decoded.

WAV is read without any library. FLAC, OGG, MP3, AIFF, AU and CAF go through soundfile, phone memos and browser
recordings (M4A, AAC, AMR, WebM) through PyAV with the one demuxer their first bytes name, so that no
playlist and no other file can be reached.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.packed import open_by_av, open_by_soundfile
from bigmodel.data.media.resample import Resampler, Samples
from bigmodel.data.media.stream import Stream, bounded
from bigmodel.data.media.wav import open_wav

RATE = 16_000
ACCEPTED = "WAV, FLAC, OGG, MP3, M4A, AAC, AMR, WebM, MP4, AIFF, CAF, AU"
HEAD_BYTES = 64
SILENCE = 1e-4  # of full scale; about -80 dB
OVERSHOOT = (
    4.0  # of full scale; a lossy format goes this far, anything more was written on another scale
)
PADDING = 2**18  # bytes of nothing that may stand before the first frame of an MP3
SILK = b"#!SILK"  # voice messages of WeChat and QQ, also those called .amr
W64 = b"riff\x2e\x91\xcf\x11"
MPEG_FRAMES = 3  # that must follow each other before a file counts as MP3
Source = Path | BinaryIO


@dataclass(frozen=True)
class Sound:
    """A decoded recording. `is_cut`: the file says it is longer than it is."""

    samples: Samples
    rate: int
    is_silent: bool
    is_cut: bool
    is_one_side: bool = False  # its channels cancel each other, so one was taken

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def read_sound(source: Source, rate: int = RATE) -> Samples:
    """Return a recording as mono samples between -1 and 1 at `rate`.

    Raises:
        DatasetError: as of `open_sound`.
    """
    return open_sound(source, rate).samples


def open_sound(source: Source, rate: int = RATE) -> Sound:
    """Return a recording, decoded and resampled, with what was noticed about it.

    Raises:
        DatasetError: `sound_empty`, `sound_format`, `sound_codec`, `sound_header`, `sound_long`,
            `sound_not_finite` or `sound_broken`.
    """
    with sound_blocks(source, rate) as (stream, blocks):
        samples = np.concatenate([*blocks])
    if not len(samples):
        raise DatasetError("sound_empty")
    peak = float(np.abs(samples).max())
    if peak > OVERSHOOT:
        samples = samples / np.float32(peak)
    return Sound(samples.clip(-1.0, 1.0), rate, peak < SILENCE, stream.is_cut, stream.is_one_side)


@contextmanager
def sound_blocks(
    source: Source, rate: int = RATE, longest_s: int = 0
) -> Iterator[tuple[Stream, Iterator[Samples]]]:
    """Give a recording block by block at `rate`, as loud as it is in the file, and what its header says.

    Raises:
        DatasetError: as of `open_sound`; while blocks are taken as well.
    """
    with _opened(source) as file:
        head = file.read(HEAD_BYTES)
        if not head:
            raise DatasetError("sound_empty")
        kind = _kind(head, file)
        if kind == "mp3" and (start := _mpeg_start(file)) > 0:
            file.seek(start)
            stream = _stream(kind, BytesIO(file.read()))
        else:
            file.seek(0)
            stream = _stream(kind, file)
        yield stream, _at_rate(stream, rate, longest_s)


def _at_rate(stream: Stream, rate: int, longest_s: int) -> Iterator[Samples]:
    resampler = Resampler(stream.rate, rate)
    for block in bounded(stream, longest_s):
        yield resampler.feed(block)
    yield resampler.finish()


def is_sound(head: bytes) -> bool:
    """Return whether a file that starts like this may be a recording we read."""
    return bool(_container(head)) or _may_be_mpeg(head)


def write_sound(samples: Samples, rate: int = RATE, *, note: str = "") -> bytes:
    """Return samples as a mono FLAC file of 16 bits, with a note in its header where one is given."""
    import soundfile  # noqa: PLC0415 - a native library that not every caller needs

    buffer = BytesIO()
    with soundfile.SoundFile(buffer, "w", rate, 1, "PCM_16", format="FLAC") as file:
        if note:
            file.comment = note
        file.write(samples)
    return buffer.getvalue()


def envelope(samples: Samples, points: int = 200) -> Samples:
    """Return the loudest sample of each of `points` equal stretches, between 0 and 1."""
    loud = np.abs(samples)
    if len(loud) < points:
        return np.pad(loud, (0, points - len(loud)))
    edges = np.linspace(0, len(loud), points, endpoint=False).astype(np.int64)
    peaks: Samples = np.maximum.reduceat(loud, edges)
    return peaks


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        source.seek(0)
        yield source


# what it is ---------------------------------------------------------------------------------------


def _kind(head: bytes, file: BinaryIO) -> str:
    kind = _container(head)
    if kind:
        return kind
    if SILK in head[:16]:
        raise DatasetError("sound_silk")
    if _may_be_mpeg(head):
        if _mpeg_start(file) >= 0:
            return "mp3"
        raise DatasetError("sound_broken")
    raise DatasetError("sound_format", accepted=ACCEPTED)


SIGNS = (  # (place, bytes, kind)
    (8, b"WAVE", "wav"),
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (8, b"AIF", "aiff"),
    (0, b".snd", "au"),
    (0, W64, "au"),
    (0, b"caff", "caf"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"#!AMR", "amr"),
)
CHUNKED = {
    "wav": (b"RIFF", b"RF64"),
    "aiff": (b"FORM",),
}  # how a file starts whose kind stands in byte 8


def _container(head: bytes) -> str:
    for place, sign, kind in SIGNS:
        if head[place:].startswith(sign) and head.startswith(CHUNKED.get(kind, b"")):
            return kind
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    return ""


def _may_be_mpeg(head: bytes) -> bool:
    return head.startswith(b"ID3") or bool(_mpeg_bytes(head[:4])) or not any(head)


def _mpeg_start(file: BinaryIO) -> int:
    """Return where whole MPEG frames that follow each other start, after tags and padding; 0 for the start or a tag, -1 for nowhere."""
    place = 0
    while True:
        file.seek(place)
        tag = file.read(10)
        if not tag.startswith(b"ID3"):
            break
        sizes = zip(tag[6:], (21, 14, 7, 0), strict=False)
        place += 10 + sum((byte & 0x7F) << shift for byte, shift in sizes)
    if _are_frames(file, place):
        return 0
    file.seek(place)
    window = file.read(PADDING)
    start = next((i for i, byte in enumerate(window) if byte), len(window))
    return place + start if start and _are_frames(file, place + start) else -1


def _are_frames(file: BinaryIO, place: int) -> bool:
    """Return whether MPEG frames follow each other from this place on."""
    for number in range(MPEG_FRAMES):
        file.seek(place)
        frame = file.read(4)
        if not frame and number:
            break  # a very short one, or one cut off
        length = _mpeg_bytes(frame)
        if not length:
            return False
        place += length
    return True


MPEG_KBIT = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
MPEG_RATES = (44_100, 48_000, 32_000, 0)


def _mpeg_bytes(head: bytes) -> int:
    """Return how long an MPEG layer III frame is by its header; 0 if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if version == 1 or layer != 1:
        return 0
    first = version == 3
    kbit = MPEG_KBIT[1 if first else 2][head[2] >> 4]
    rate = MPEG_RATES[head[2] >> 2 & 3] // (1 if first else 2 if version == 2 else 4)
    if not kbit or not rate:
        return 0
    return (144_000 if first else 72_000) * kbit // rate + (head[2] >> 1 & 1)


def _stream(kind: str, file: BinaryIO) -> Stream:
    if kind == "wav":
        return open_wav(file)
    if kind in ("flac", "ogg", "mp3", "aiff", "au"):
        return open_by_soundfile(file)
    if kind == "caf":
        return open_by_av("caf", file)
    return open_by_av(kind, file)
