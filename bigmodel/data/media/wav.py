"""Reads a WAV: plain PCM and float without any library, what telephones write with one, and never more than is truly in the file."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.packed import open_by_av
from bigmodel.data.media.stream import (
    BLOCK_FRAMES,
    Block,
    Stream,
    check_header,
    mono,
)

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
# MS ADPCM, A-law, mu-law, IMA ADPCM, GSM 6.10, MP3: call centres, dictation and phones
PACKED = {2, 6, 7, 0x11, 0x31, 0x55}
DTYPES = {
    (PCM, 8): "u1",
    (PCM, 16): "<i2",
    (PCM, 32): "<i4",
    (FLOAT, 32): "<f4",
    (FLOAT, 64): "<f8",
}


@dataclass(frozen=True)
class WavFormat:
    """What the `fmt ` chunk of a WAV says."""

    code: int
    channels: int
    rate: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8


def open_wav(file: BinaryIO) -> Stream:
    """Return the samples of a RIFF or RF64 file.

    Raises:
        DatasetError: `sound_header`, `sound_codec` or `sound_broken`.
    """
    size = file.seek(0, 2)
    file.seek(12)
    wav: WavFormat | None = None
    while len(head := file.read(8)) == 8:
        name, length = head[:4], int.from_bytes(head[4:], "little")
        if name == b"fmt ":
            wav = _wav_format(file.read(min(length, 40)))
            file.seek(max(0, length - 40) + length % 2, 1)
        elif name == b"data":
            if wav is None:
                break
            if wav.code in PACKED:
                file.seek(0)
                return open_by_av("wav", file)
            return _wav_data(file, wav, length, size - file.tell())
        else:
            file.seek(length + length % 2, 1)
    raise DatasetError("sound_broken")


def _wav_format(chunk: bytes) -> WavFormat:
    if len(chunk) < 16:
        raise DatasetError("sound_broken")
    code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
    if code == EXTENSIBLE and len(chunk) >= 26:
        code = int.from_bytes(chunk[24:26], "little")
    check_header(channels, rate)
    if code not in PACKED and (code, bits) not in DTYPES and (code, bits) != (PCM, 24):
        raise DatasetError("sound_codec")
    return WavFormat(code, channels, rate, bits)


def _wav_data(file: BinaryIO, wav: WavFormat, length: int, there: int) -> Stream:
    """Return the samples that are truly there; a recorder that was cut off leaves 0 or 4 GB as length."""
    is_cut = length > there or (length == 0 and there > 0)
    kept = there if is_cut else length
    frames = kept // wav.frame_bytes
    stream = Stream(wav.rate, iter(()), is_cut, frames=frames)

    def blocks() -> Iterator[Block]:
        for start in range(0, frames, BLOCK_FRAMES):
            count = min(BLOCK_FRAMES, frames - start)
            yield mono(_numbers(file.read(count * wav.frame_bytes), wav), wav.channels, stream)

    stream.blocks = blocks()
    return stream


def _numbers(data: bytes, wav: WavFormat) -> Block:
    if wav.bits == 24:
        parts = np.frombuffer(data, np.uint8).reshape(-1, 3)
        wide = np.zeros((len(parts), 4), np.uint8)
        wide[:, 1:] = parts
        return (wide.view("<i4")[:, 0] / np.float32(2**31)).astype(np.float32)
    values = np.frombuffer(data, DTYPES[wav.code, wav.bits])
    if wav.code == FLOAT:
        return values.astype(np.float32)
    if wav.bits == 8:
        return (values.astype(np.float32) - 128.0) / 128.0
    return (values / np.float32(2 ** (wav.bits - 1))).astype(np.float32)
