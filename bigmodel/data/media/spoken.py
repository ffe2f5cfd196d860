"""Speech that a model made, as WAV files that say so in their header; it reads no file.

The note stands in the chunk LIST/INFO, before the sound: `ICMT` says what it is in words, and with the digital source
type of IPTC, `ISFT` what made it.
"""

import struct

import numpy as np
from numpy.typing import NDArray

SPOKEN_NOTE = "Speech made by a model, not spoken by a person · 由模型合成的语音，不是真人所说 · http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
SPOKEN_BY = "BigModel Studio"
SPOKEN_HZ = 16_000
PCM_CODE, PCM_BYTES = 1, 2


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
