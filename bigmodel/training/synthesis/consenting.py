"""The limited child that listens to a spoken consent: `python -m bigmodel.training.synthesis.consenting`, the request on its standard input.

The request is a line of JSON: {"source": what was brought, "flac": where it is kept, "recordings": paths, "language": …,
"sentence": …, "digits": …, "listener": name, "folder": its files, "encoder": file}. It writes JSON lines: {} when it has started, then
{"result": {…}} or {"error": key, "args": {…}}. What is in it is judged elsewhere.
"""

import hashlib
import json
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bigmodel.core.errors import DatasetError, PersonError
from bigmodel.data.media.audio import RATE, read_sound, write_sound
from bigmodel.data.sandbox.limits import limit_self
from bigmodel.training.speaker.voice import Floats, seconds_of, speech
from bigmodel.training.synthesis.agreement import digits_in, likeness, words_wrong

MEMORY_MB = 24_000  # of addresses, not of memory
PROCESSOR_S = 1_800
FILE_MB = 16
LONGEST_S = 60.0  # of a sentence
QUIET_RMS = 1e-3  # below it there is nothing to hear


def main() -> int:
    """Answer the request on the standard input."""
    request = json.loads(sys.stdin.readline())
    limit_self(memory_mb=MEMORY_MB, processor_s=PROCESSOR_S, file_mb=FILE_MB)
    _say({})
    try:
        _say({"result": listen(request)})
    except PersonError as error:
        _say({"error": error.key, "args": dict(error.args_of_words)})
    except Exception:  # noqa: BLE001 - the outermost call of this process
        traceback.print_exc()
        _say({"error": "consent_unchecked", "args": {}})
    return 0


def listen(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is heard of a consent: nothing but its length where it is silent, else digits and words, and the voice where those are right.

    Raises:
        DatasetError: `sound_*`: it cannot be read.
    """
    sound = read_sound(Path(request["source"]), RATE)[: int(LONGEST_S * RATE)]
    content = write_sound(sound)
    Path(request["flac"]).write_bytes(content)
    said = speech(sound)
    is_silent = float(np.sqrt(np.square(sound).mean())) < QUIET_RMS
    found: dict[str, Any] = {
        "seconds": 0.0 if is_silent else seconds_of(said),
        "digest": hashlib.sha256(content).hexdigest(),
    }
    if is_silent:
        return found
    found |= _heard(request, sound)
    # Another number refuses by itself: hearing all recordings takes many times as long, and waits for the right one.
    return found | _voices(request, said) if found["digits"] == request["digits"] else found


def _heard(request: Mapping[str, Any], sound: Floats) -> dict[str, Any]:
    from bigmodel.training.synthesis.hearing import Listener  # noqa: PLC0415 - torch takes its time

    language = request["language"]
    listener = Listener(
        request["listener"], Path(request["folder"]), text=request["sentence"],
        paths=[request["source"]], language=language,
    )  # fmt: skip
    [heard] = listener.hear([sound])
    wrong = words_wrong(heard, language)
    return {"heard": heard, "digits": digits_in(heard, language), "wrong": wrong}


def _voices(request: Mapping[str, Any], said: Floats) -> dict[str, Any]:
    from bigmodel.training.speaker.ge2e import load_encoder  # noqa: PLC0415 - torch takes its time

    encoder = load_encoder(Path(request["encoder"]))
    sounds, places = [], []
    for place, path in enumerate(request["recordings"]):
        try:
            sound = speech(read_sound(Path(path), RATE))
        except DatasetError:  # one that has spoilt: nothing is learned from it either
            continue
        if len(sound) and float(np.abs(sound).max()) > QUIET_RMS:
            sounds.append(sound)
            places.append(place)
    if not sounds:
        raise DatasetError("consent_without_recordings")
    [voice] = encoder.vectors([said])
    found = likeness(voice, sounds, encoder)
    worst = [places[place] for place in found.places]
    return {"likeness": found.mean, "worst": found.worst, "places": worst, "compared": len(sounds)}


def _say(record: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
