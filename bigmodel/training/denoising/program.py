"""The command line of programs that take noise out of recordings, and how an answer is drawn; it is written into each of them."""

import base64
import io
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from bigmodel.training.standalone.console import command_line

CLEANED_HZ = 16_000


def answer_noisy(make: Any) -> None:
    """Write a clearer recording beside each file of the command line, by the model that `make` loads."""
    parser = ArgumentParser(description="Take noise out of recordings.")
    parser.add_argument("paths", nargs="+", metavar="FILE")
    parser.add_argument("--strength", type=float, default=1.0, help="0 leaves all noise, 1 none")
    args = command_line(parser)
    model = make()
    for path in args.paths:
        noisy, cleaned = model.clean(path)
        out = Path(path).with_name(f"{Path(path).stem}-clean.wav")
        out.write_bytes(as_wave(mixed_back(noisy, cleaned, args.strength)))
        told = {"file": path, "out": str(out), "seconds": round(len(noisy) / CLEANED_HZ, 3)}
        line = json.dumps(told, ensure_ascii=False) if args.json else f"{path}\t{out}"
        sys.stdout.write(line + "\n")


def mixed_back(
    noisy: NDArray[np.float32], cleaned: NDArray[np.float32], strength: float
) -> NDArray[np.float32]:
    """Return a cleaned recording with as much of the noisy one in it as the strength leaves."""
    share = min(1.0, max(0.0, strength))
    made: NDArray[np.float32] = (share * cleaned + (1 - share) * noisy).astype(np.float32)
    return made


def as_wave(sound: NDArray[np.float32]) -> bytes:
    """Return a recording as a WAV file of 16 bits."""
    out = io.BytesIO()
    soundfile.write(out, np.clip(sound, -1, 1), CLEANED_HZ, format="WAV", subtype="PCM_16")
    return out.getvalue()


def drawn_sound(noisy: NDArray[np.float32], cleaned: NDArray[np.float32]) -> str:
    """Return an answer as HTML: how long it is, and players of the recording before and after."""
    players = "".join(
        f'<p>{name}<br><audio controls src="data:audio/wav;base64,{base64.b64encode(as_wave(sound)).decode()}"></audio></p>'
        for name, sound in (("noisy / 原声", noisy), ("cleaned / 清理后", cleaned))
    )
    seconds = len(noisy) / CLEANED_HZ
    return f'<div class="bm-lead" data-testid="answer">{seconds:.1f} s</div>{players}'
