"""Pictures and speech that a model made, as PNG and WAV files that say so; it reads no file.

Of a picture the note stands as plain text and as the digital source type of IPTC, which viewers and search engines read; of a
sound in the chunk LIST/INFO of its header: `ICMT` says both, `ISFT` what made it.
"""

import struct
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

NOTE = "Made by a model, not a photograph · 由模型生成，不是照片"
MADE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    f'Iptc4xmpExt:DigitalSourceType="{MADE}"/></rdf:RDF></x:xmpmeta>'
)
PART = 500  # pictures made smaller at once
GAP = 1  # white pixels between the pictures of a sheet
LONGEST_ZOOM = 640  # pixels of a sheet's longer side, up to which it is enlarged

SPOKEN_NOTE = "Speech made by a model, not spoken by a person · 由模型合成的语音，不是真人所说 · http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
SPOKEN_BY = "BigModel Studio"
SPOKEN_HZ = 16_000
PCM_CODE, PCM_BYTES = 1, 2

Squares = NDArray[np.uint8]  # (pictures, side, side, 3)


def shrunk(squares: Squares, side: int) -> Squares:
    """Return the means of blocks of pixels, (pictures, side, side, 3)."""
    count, whole = squares.shape[:2]
    if whole == side:
        return squares
    made = np.empty((count, side, side, 3), np.uint8)
    for start in range(0, count, PART):
        part = squares[start : start + PART].reshape(
            -1, side, whole // side, side, whole // side, 3
        )
        made[start : start + PART] = part.mean(axis=(2, 4), dtype=np.float32).round()
    return made


def made_png(square: Squares) -> bytes:
    """Return one picture, (side, side, 3), as a file with the note."""
    return _png(Image.fromarray(square))


def made_sheet(rows: Sequence[Squares], zoom: int = 0) -> bytes:
    """Return rows of pictures as one file with the note, each pixel `zoom` times as large; 0 suits a page."""
    side = rows[0].shape[1]
    step = side + GAP
    wide, high = max(map(len, rows)) * step - GAP, len(rows) * step - GAP
    sheet = np.full((high, wide, 3), 255, np.uint8)
    for down, row in enumerate(rows):
        for across, square in enumerate(row):
            top, left = down * step, across * step
            sheet[top : top + side, left : left + side] = square
    times = zoom or max(1, min(4, LONGEST_ZOOM // max(wide, high)))
    return _png(Image.fromarray(sheet.repeat(times, axis=0).repeat(times, axis=1)))


def _png(picture: Image.Image) -> bytes:
    note = PngInfo()
    note.add_itxt("Description", NOTE)
    note.add_itxt("XML:com.adobe.xmp", XMP)
    out = BytesIO()
    picture.save(out, "PNG", pnginfo=note)
    return out.getvalue()


def made_wav(samples: NDArray[np.float32], rate: int = SPOKEN_HZ) -> bytes:
    """Return samples between -1 and 1 as a mono WAV of 16 bits with the note."""
    sound = (samples.clip(-1.0, 1.0) * 32_767).astype("<i2").tobytes()
    form = struct.pack(
        "<HHIIHH", PCM_CODE, 1, rate, rate * PCM_BYTES, PCM_BYTES, 8 * PCM_BYTES
    )  # fmt: skip
    notes = b"".join(
        riff_chunk(name, text.encode() + b"\0")
        for name, text in ((b"ICMT", SPOKEN_NOTE), (b"ISFT", SPOKEN_BY))
    )
    parts = ((b"fmt ", form), (b"LIST", b"INFO" + notes), (b"data", sound))
    return riff_chunk(b"RIFF", b"WAVE" + b"".join(riff_chunk(*part) for part in parts))


def riff_chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a RIFF file, of an even number of bytes."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
