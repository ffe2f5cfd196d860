"""A long recording is cut where nobody speaks, block by block, and nothing of its silence is kept."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bigmodel.data.media import stream
from bigmodel.training.speech.pieces import cut
from bigmodel.training.speech.pieces.pauses import pieces

RATE_HZ = 16_000
SAID_S = ((1.0, 5.5), (8.0, 12.0), (14.0, 19.0), (19.6, 20.4))


def talk(seconds: float = 24.0, said: tuple[tuple[float, float], ...] = SAID_S) -> np.ndarray:
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    sound = np.zeros(len(time), np.float32)
    for start, end in said:
        inside = (time >= start) & (time < end)
        sound[inside] = 0.3 * np.sin(2 * np.pi * 300 * time[inside])
    return sound


def cut_file(folder: Path, sound: np.ndarray, *, usual_s: float = 3.0) -> tuple[int, Any]:
    """Return the exit code and the report of the child's work on a recording."""
    soundfile.write(folder / "talk.wav", sound, RATE_HZ)
    request = {
        "source": str(folder / "talk.wav"),
        "folder": str(folder),
        "usual_s": usual_s,
        "report": str(folder / "report.json"),
    }
    return cut.answer(request), json.loads((folder / "report.json").read_text("utf-8"))


def test_pieces_hold_what_was_said_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("bigmodel.data.media.wav", "bigmodel.data.media.packed"):
        monkeypatch.setattr(f"{module}.BLOCK_FRAMES", 1_000)  # smaller than a piece
    code, report = cut_file(tmp_path, talk())
    assert (code, report["seconds"]) == (0, 24.0)
    found = report["pieces"]
    assert np.allclose(found, [(0.8, 5.7), (7.8, 12.2), (13.8, 19.3), (19.3, 20.6)], atol=0.15)
    for number, (start, end) in enumerate(found, 1):
        sound, rate = soundfile.read(tmp_path / f"{number:05}.flac", dtype="float32")
        assert (rate, len(sound)) == (RATE_HZ, round((end - start) * RATE_HZ))
        whole = talk()[round(start * RATE_HZ) : round(end * RATE_HZ)]
        assert np.abs(sound - whole).max() < 1e-3


def test_it_cuts_where_a_model_cuts_that_holds_the_whole(tmp_path: Path) -> None:
    sound = talk()
    _, report = cut_file(tmp_path, sound, usual_s=6.0)
    at_once = [(a / RATE_HZ, b / RATE_HZ) for a, b in pieces(sound, 30 * RATE_HZ)]
    assert np.allclose(report["pieces"], at_once, atol=0.01)


def test_speech_without_a_pause_is_cut_all_the_same(tmp_path: Path) -> None:
    _, report = cut_file(tmp_path, talk(40.0, ((0.0, 40.0),)))
    lengths = [end - start for start, end in report["pieces"]]
    assert max(lengths) <= 15.0
    assert sum(lengths) == pytest.approx(40.0)


def test_silence_has_no_piece(tmp_path: Path) -> None:
    assert cut_file(tmp_path, talk(said=())) == (0, {"pieces": [], "seconds": 24.0})
    assert not list(tmp_path.glob("*.flac"))


def test_more_than_an_hour_is_cut_and_more_than_six_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LONGEST_S", 10)
    assert cut_file(tmp_path, talk())[0] == 0
    monkeypatch.setattr(cut, "LONGEST_S", 20)
    code, report = cut_file(tmp_path, talk())
    assert (code, report["key"]) == (3, "sound_long")


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "talk.wav").write_bytes(io.BytesIO(b"hello").getvalue())
    request = {"source": str(tmp_path / "talk.wav"), "folder": str(tmp_path), "usual_s": 6.0}
    assert cut.answer({**request, "report": str(tmp_path / "report.json")}) == 3
