"""How the tokens of a speech model are chosen one after another, greedily, and when it stops; it reads no sound.

An untrained Whisper may begin with its end, write "[BLANK_AUDIO]", or repeat a piece for ever: what may not be
written and how often a piece may repeat stand in the configuration (as in Radford et al. 2022, section 4.5).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from bigmodel.training.speech.charset import Case
from bigmodel.training.speech.features import RATE_HZ

STEP_S = 1.0  # of lengths of windows: recordings of like length share a batch
LONGEST_PIECE = 4  # tokens of a piece that is looked for in a loop
LONGEST_PHRASE, PHRASES = (
    24,
    3,
)  # tokens of a sentence said over and over, and how often it stands until it is a loop
LEAST_REPEATS = 4  # "no no no" and "555" are said; more in a row than training texts have is a loop
SURE_OF_SILENCE, UNSURE_OF_TEXT = (
    0.6,
    -1.0,
)  # shares of Whisper itself: both together mean nothing was said

Written = tuple[list[int], list[float]]  # tokens without the end, and how sure each was
# Any: what the decoder remembers of the tokens before
Decode = Callable[[Tensor, Any], tuple[Tensor, Any]]


@dataclass(frozen=True)
class DecodingConfig:
    """How a model writes: what stands before every text, what may follow, and when to stop.

    `most` are tokens of a text. `barred` are never written, `barred_first` not at the beginning. A piece that
    stands `repeats` times in a row is a loop; 0 looks for none. A recording is heard through a window of
    its own length, one shorter than `least_window_s` through `short_window_s`; 0 stands for the whole window. `no_speech` is the token for silence.
    """

    prompt: tuple[int, ...]
    most: int
    case: Case
    barred: tuple[int, ...] = ()
    barred_first: tuple[int, ...] = ()
    repeats: int = 0
    least_window_s: float = 0.0
    short_window_s: float = 0.0
    no_speech: int | None = None
    language: str = ""
    numbers: bool = False  # digits are written out as words

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "DecodingConfig":
        """Return what `asdict` became as JSON; older records know less."""
        known = {name: record[name] for name in cls.__dataclass_fields__ if name in record}
        lists = ("prompt", "barred", "barred_first")
        return cls(**known | {name: tuple(known.get(name, ())) for name in lists})


def write(
    decode: Decode, rows: int, config: DecodingConfig, barred: Tensor, end: int
) -> list[Written]:
    """Return what is written of each recording, the likeliest token at every place.

    Args:
        decode: tokens (rows, places) and what is remembered in; logits (rows, places, tokens) and that out.
        rows: how many recordings are heard.
        barred: True for each token that is no text.
        end: the token that ends a text.
    """
    found: list[Written] = [([], []) for _ in range(rows)]
    given = torch.tensor([config.prompt] * rows, device=barred.device)
    barred = barred.clone()
    barred[list(config.barred)] = True
    first = barred.clone()
    first[list(config.barred_first)] = True
    open_rows, cache, silence = set(range(rows)), None, [0.0] * rows
    for place in range(config.most):
        logits, cache = decode(given, cache)
        if place == 0 and config.no_speech is not None:
            silence = logits[:, 0].float().softmax(dim=-1)[:, config.no_speech].tolist()
        shares = logits[:, -1].float().masked_fill(first if place == 0 else barred, -math.inf)
        sure, given = shares.softmax(dim=-1).max(-1, keepdim=True)
        for row in sorted(open_rows):
            token = int(given[row])
            if token != end:
                found[row][0].append(token)
                found[row][1].append(float(sure[row]))
            if token == end or _cut_loop(found[row], config.repeats):
                open_rows.discard(row)
        if not open_rows:
            break
    return [_unless_silent(one, share) for one, share in zip(found, silence, strict=True)]


def window_samples(config: DecodingConfig, samples: int, most: int) -> int:
    """Return how many samples are heard of a recording of so many, the rest silence; `most` fill the whole window."""
    if not config.least_window_s:
        return most
    seconds = math.ceil(samples / RATE_HZ / STEP_S) * STEP_S
    if samples < config.least_window_s * RATE_HZ:
        seconds = config.short_window_s
    return min(most, int(seconds * RATE_HZ))


def longest_run(texts: Sequence[Sequence[int]]) -> int:
    """Return how often in a row a piece stands in texts, at most."""
    most = 1
    for tokens in texts:
        for size in range(1, LONGEST_PIECE + 1):
            run = 1
            for place in range(size, len(tokens) - size + 1, size):
                same = tokens[place : place + size] == tokens[place - size : place]
                run = run + 1 if same else 1
                most = max(most, run)
    return most


def _cut_loop(written: Written, repeats: int) -> bool:
    """Tell whether a text ends in a loop, and leave the looping piece in it once."""
    if not repeats:
        return False
    tokens, sure = written
    for size in range(1, LONGEST_PHRASE + 1):
        last, times = tokens[-size:], repeats if size <= LONGEST_PIECE else min(repeats, PHRASES)
        if len(tokens) >= size * times and tokens[-size * times :] == last * times:
            del tokens[-size * (times - 1) :], sure[-size * (times - 1) :]
            return True
    return False


def _unless_silent(written: Written, silence: float) -> Written:
    """Return nothing where the model believes in silence and hardly in its text."""
    tokens, sure = written
    mean = sum(math.log(max(share, 1e-9)) for share in sure) / max(1, len(sure))
    return ([], []) if silence > SURE_OF_SILENCE and mean < UNSURE_OF_TEXT else (tokens, sure)
