"""Writes down recordings with the Whisper model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl
    python predict.py --srt film.wav > film.srt

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().transcribe(["one.wav"])`.
"""

import argparse
import json
import math
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
import torchaudio
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import WhisperForConditionalGeneration

RATE_HZ, FRAME = 16_000, 1_600  # FRAME: of loudness, a tenth of a second
SILENCE, PAUSE, MARGIN = 10 ** (-50 / 20), 3, 2
LONGEST_PIECE_S, USUAL_PIECE_S = 15.0, 6.0

Array = Any  # numpy arrays of numbers


ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["-", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
YEARS = range(1100, 2100)
UNITS = {"$": "dollars", "£": "pounds", "€": "euros"}
NUMBER = re.compile(r"([$£€]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%|st\b|nd\b|rd\b|th\b)?")
HAN_DIGITS, HAN_PLACES, HAN_SCALES = (
    "零一二三四五六七八九",
    ("", "十", "百", "千"),
    ("", "万", "亿"),
)


class Model:
    """A Whisper model: it hears pieces of sound and writes the likeliest token at every place."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        self._record = json.loads((folder / "writer.json").read_text("utf-8"))
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._net = WhisperForConditionalGeneration.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False,
            dtype="float32",
        )  # fmt: skip
        nn.Module.eval(self._net)
        self._end = self._tokens.token_to_id("<|endoftext|>")
        config = self._net.config
        self._barred = torch.zeros(config.vocab_size, dtype=torch.bool)
        self._barred[list(self._tokens.get_added_tokens_decoder())] = True
        self._barred[self._end] = False
        self._barred[self._tokens.get_vocab_size() :] = True
        self._barred[self._record.get("barred", [])] = True
        self._first = self._barred.clone()
        self._first[self._record.get("barred_first", [])] = True
        self._letters = str.maketrans(self._record.get("letters", {}))
        self._window = config.max_source_positions * 320
        self._mel = torchaudio.transforms.MelSpectrogram(
            RATE_HZ, n_fft=400, hop_length=160, n_mels=config.num_mel_bins, norm="slaney",
            mel_scale="slaney",
        )  # fmt: skip

    def transcribe(self, paths: Sequence[str]) -> list[str]:
        """Return what is said in each recording."""
        return [self._tidy(" ".join(text for _, _, text in self.segments(path))) for path in paths]

    def segments(self, path: str) -> list[tuple[float, float, str]]:
        """Return (from second, to second, text) of each piece; a long recording has several."""
        sound = _read(path)
        with torch.inference_mode():
            found = [
                (start / RATE_HZ, end / RATE_HZ, self._tidy(self._part(sound[start:end])))
                for start, end in _pieces(sound.numpy(), self._window)
            ]
        return [one for one in found if one[2]]

    def _tidy(self, text: str) -> str:
        text = unicodedata.normalize("NFKC", text)
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        text = text.lower() if self._record["case"] == "lower" else text
        language = self._record.get("language") if self._record.get("numbers") else None
        if language == "en":
            text = NUMBER.sub(_english, text)
        elif language == "zh":
            text = re.sub(r"\d+(?:\.\d+)?", lambda found: _chinese(found[0]), text)
        return text.translate(self._letters)

    def _part(self, sound: Tensor) -> str:
        heard = self._hear(self._frames(sound))
        tokens: list[int] = []
        sure: list[float] = []
        given, cache, silence = torch.tensor([self._record["prompt"]]), None, 0.0
        while len(tokens) < self._record["most"]:
            said = self._net.model.decoder(
                given, encoder_hidden_states=heard, past_key_values=cache, use_cache=True
            )
            cache = said.past_key_values
            logits = self._net.proj_out(said.last_hidden_state)
            if not tokens and self._record.get("no_speech") is not None:
                silence = float(logits[0, 0].softmax(-1)[self._record["no_speech"]])
            barred = self._barred if tokens else self._first
            share, given = logits[:, -1].masked_fill(barred, -math.inf).softmax(-1).max(-1, True)
            if int(given) == self._end:
                break
            tokens.append(int(given))
            sure.append(math.log(max(float(share), 1e-9)))
            if _cut_loop(tokens, self._record.get("repeats", 0)):
                del sure[len(tokens) :]
                break
        if silence > 0.6 and sum(sure) / max(1, len(sure)) < -1.0:
            return ""
        text: str = self._tokens.decode(tokens, skip_special_tokens=True)
        return text

    def _frames(self, sound: Tensor) -> Tensor:
        window = self._window
        if least := self._record.get("least_window_s"):
            is_short = len(sound) < least * RATE_HZ
            seconds = self._record["short_window_s"] if is_short else -(-len(sound) // RATE_HZ)
            window = min(window, int(seconds * RATE_HZ))
        sound = functional.pad(sound[:window], (0, max(0, window - len(sound))))
        frames = self._mel(sound)[:, :-1].clamp(min=1e-10).log10()
        scaled: Tensor = (frames.clamp(min=float(frames.max()) - 8.0) + 4.0) / 4.0
        return scaled

    def _hear(self, frames: Tensor) -> Tensor:
        encoder = self._net.model.encoder
        x = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(frames[None]))))
        x = x.transpose(1, 2)
        x = x + encoder.embed_positions.weight[: x.shape[1]]
        for layer in encoder.layers:
            x = layer(x, None)
        heard: Tensor = encoder.layer_norm(x)
        return heard


def _cut_loop(tokens: list[int], repeats: int) -> bool:
    """Tell whether a text ends in a loop, and leave the looping piece in it once."""
    for size in range(1, 5):
        last = tokens[-size:]
        if (
            repeats
            and len(tokens) >= size * repeats
            and tokens[-size * repeats :] == last * repeats
        ):
            del tokens[-size * (repeats - 1) :]
            return True
    return False


def _pieces(sound: Array, longest: int) -> list[tuple[int, int]]:
    """Return (from sample, to sample) of what is heard by itself; nothing of silence.

    A recording that fits a window of at most `LONGEST_PIECE_S` is one piece, others are cut at pauses.
    """
    most = min(longest, int(LONGEST_PIECE_S * RATE_HZ))
    loud = _loudness(sound)
    if not len(loud) or loud.max() < SILENCE:
        return []
    if len(sound) <= most:
        return [(0, len(sound))]
    return [
        (start * FRAME, min(len(sound), end * FRAME))
        for start, end in _cut(loud, max(1, most // FRAME))
    ]


def _loudness(sound: Array) -> Array:
    """Return the effective value of every tenth of a second."""
    whole = np.pad(sound, (0, -len(sound) % FRAME)).reshape(-1, FRAME)
    values: Array = np.sqrt(np.square(whole, dtype=np.float64).mean(axis=1)).astype(np.float32)
    return values


def _cut(loud: Array, most: int) -> Iterator[tuple[int, int]]:
    """Yield (from frame, to frame) of pieces of at most `most` frames; short ones are heard together."""
    floor = max(SILENCE, 0.05 * float(np.percentile(loud, 95)))
    usual = min(most, int(USUAL_PIECE_S * RATE_HZ / FRAME))
    joined: list[tuple[int, int]] = []
    for start, end in _parted(loud, _spans(loud > floor), most - 2 * MARGIN):
        if joined and end - joined[-1][0] <= usual - 2 * MARGIN:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    before = 0
    for place, (start, end) in enumerate(joined):
        after = joined[place + 1][0] if place + 1 < len(joined) else len(loud)
        start, end = max(before, start - MARGIN), min(after, end + MARGIN)
        yield start, end
        before = end


def _spans(is_said: Array) -> list[tuple[int, int]]:
    """Return (from, to) between pauses."""
    edges = np.flatnonzero(np.diff(np.r_[0, is_said.astype(np.int8), 0])).tolist()
    spans: list[tuple[int, int]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if spans and start - spans[-1][1] < PAUSE:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return spans


def _parted(loud: Array, spans: Sequence[tuple[int, int]], most: int) -> Iterator[tuple[int, int]]:
    """Yield the spans, long ones cut where the last third of what fits is quietest."""
    most = max(2, most)
    for start, end in spans:
        while end - start > most:
            late = start + most - max(1, most // 3)
            cut = late + int(np.argmin(loud[late : start + most]))
            yield start, cut
            start = cut
        yield start, end


def _english_number(value: int) -> str:
    """Return a whole number in English words; a number that reads like a year is read as one."""
    if value in YEARS and value % 1000 > 9:
        high, low = divmod(value, 100)
        rest = "hundred" if low == 0 else f"oh {ONES[low]}" if low < 10 else _english_number(low)
        return f"{_english_number(high)} {rest}"
    if value < 20:
        return ONES[value]
    if value < 100:
        return TENS[value // 10] + (f" {ONES[value % 10]}" if value % 10 else "")
    for size, name in SCALES:
        if value >= size:
            high, left = divmod(value, size)
            return f"{_english_number(high)} {name}" + (f" {_english_number(left)}" if left else "")
    raise ValueError(value)


def _chinese(digits: str) -> str:
    """Return digits as they are said in Mandarin."""
    whole, _, part = digits.partition(".")
    said = "点" + "".join(HAN_DIGITS[int(digit)] for digit in part) if part else ""
    if len(whole) > 12 or (len(whole) > 1 and whole.startswith("0")):
        return "".join(HAN_DIGITS[int(digit)] for digit in whole) + said
    groups = []
    value, scale = int(whole), 0
    while value:
        value, group = divmod(value, 10_000)
        if group:
            gap = "零" if value and group < 1000 else ""
            groups.append(gap + _group(group) + HAN_SCALES[scale])
        scale += 1
    text = "".join(reversed(groups)) or "零"
    return (text[1:] if text.startswith("一十") else text) + said


def _group(value: int) -> str:
    """Return a number below 10,000 in Mandarin."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + HAN_DIGITS[digit] + HAN_PLACES[place]
            gap = False
        else:
            gap = True
    return text


def _english(found: re.Match[str]) -> str:
    unit, whole, part, after = found.groups()
    value = int(whole.replace(",", ""))
    if len(whole) > 12 or (len(whole) > 1 and whole.startswith("0")):
        words = " ".join(ONES[int(digit)] for digit in whole)
    else:
        words = _plain(value) if "," in whole or unit or part else _english_number(value)
    if part:
        words += " point " + " ".join(ONES[int(digit)] for digit in part[1:])
    if after == "%":
        words += " percent"
    elif after:
        words = _ordinal(words)
    return f"{words} {UNITS[unit]}" if unit else words


def _plain(value: int) -> str:
    """Return a number that is no year."""
    high, rest = divmod(value, 1000)
    if value not in YEARS:
        return _english_number(value)
    return f"{_english_number(high)} thousand" + (f" {_english_number(rest)}" if rest else "")


def _ordinal(words: str) -> str:
    before, _, last = words.rpartition(" ")
    name = ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return f"{before} {name}".strip()


def _read(path: str) -> Tensor:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    sound = torch.from_numpy(samples.mean(axis=1))
    return sound if rate == RATE_HZ else torchaudio.functional.resample(sound, rate, RATE_HZ)


def _clock(seconds: float) -> str:
    thousandths = round(1000 * seconds)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"


def main() -> int:
    """Write down the recordings of the command line."""
    parser = argparse.ArgumentParser(description="Write down recordings with this model.")
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--srt", action="store_true", help="subtitles of one recording")
    args = parser.parse_args()
    if args.srt:
        for number, (start, end, text) in enumerate(Model().segments(args.files[0]), 1):
            sys.stdout.write(f"{number}\n{_clock(start)} --> {_clock(end)}\n{text}\n\n")
        return 0
    for path, text in zip(args.files, Model().transcribe(args.files), strict=True):
        line = json.dumps({"file": path, "text": text}, ensure_ascii=False)
        sys.stdout.write((line if args.json else f"{path}\t{text}") + "\n")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # so that any console shows any text
    raise SystemExit(main())
