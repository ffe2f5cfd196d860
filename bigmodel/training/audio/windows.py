"""What every trained sound model shares: answers through windows, neighbours and a course; it knows no network.

Longer recordings are answered through windows that overlap by half; the answer is the mean of them.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.task import Explanation, Reporter
from bigmodel.training.audio.features import Floats, spans
from bigmodel.training.ood.known_rows import read_known
from bigmodel.training.ood.neighbours import MOST_ROWS, Neighbours, make_neighbours

ANSWER_BATCH = 16
LONG = 1.5  # windows: recordings above it are shown along their course


class AudioFrontend(Protocol):
    """A network with what it listens through. A sound is an array whose first axis is time, in steps of `step_s`."""

    steps: int  # of a window
    step_s: float

    def read(self, path: str) -> Floats:
        """Return a recording as the network takes it, whole.

        Raises:
            DatasetError: `sound_*`, with the reason.
        """

    def take(self, clip: Floats) -> Floats:
        """Return samples at 16 kHz, of loudness 1, as the network takes them."""

    def answer(self, windows: Sequence[Floats]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits (windows, classes) and features (windows, any); a short window gets silence around."""


class WindowedOutput:
    """The windows of one recording with their probabilities and features."""

    def __init__(
        self, cuts: list[tuple[int, int]], shares: NDArray[np.float64], features: Floats
    ) -> None:
        self.cuts, self.shares, self.features = cuts, shares, features


class AudioPredictor(ScorePredictor):
    """A trained network that answers recordings. It computes in 32 bits, so answers do not depend on the neighbours."""

    def __init__(
        self, frontend: AudioFrontend, labels: tuple[str, ...], neighbours: Neighbours | None = None
    ) -> None:
        self.labels, self.frontend, self._neighbours = labels, frontend, neighbours

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, a row for each recording."""
        found: list[list[float]] = []
        for start in range(0, len(inputs), ANSWER_BATCH):
            sounds = [self.frontend.read(path) for path in inputs[start : start + ANSWER_BATCH]]
            found += [heard.shares.mean(axis=0).tolist() for heard in self.hear(sounds)]
        return found

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return the nearest training recordings, how strange each is, and its course if it is long."""
        return [self._explain(self.frontend.read(path)) for path in inputs]

    def hear(self, sounds: Sequence[Floats]) -> list[WindowedOutput]:
        """Return what is heard in every window of every sound."""
        cuts = [list(spans(len(sound), self.frontend.steps)) for sound in sounds]
        windows = [
            sound[start:end]
            for sound, each in zip(sounds, cuts, strict=True)
            for start, end in each
        ]
        shares, features = self._answer(windows)
        ends = np.cumsum([len(each) for each in cuts])
        starts = [0, *ends[:-1].tolist()]
        return [
            WindowedOutput(each, shares[start:end], features[start:end])
            for each, start, end in zip(cuts, starts, ends.tolist(), strict=True)
        ]

    def fit_neighbours(
        self,
        train: Sequence[Floats],
        ids: Sequence[str],
        held: Sequence[Floats],
        report: Reporter,
        *,
        limit_s: float,
        after: int,
    ) -> Neighbours:
        """Return the training recordings as neighbours, as many as `read_known` reads; the threshold comes from the held-out ones."""
        chosen, vectors = read_known(
            len(train),
            MOST_ROWS,
            lambda part: self._whole([train[row] for row in part])[0],
            report,
            limit_s=limit_s,
            after=after,
        )
        names = [ids[row] for row in chosen]
        self._neighbours = make_neighbours(vectors, names, *self._whole(held))
        return self._neighbours

    def shares(self, logits: torch.Tensor) -> torch.Tensor:
        """Return probabilities, or the numbers themselves where there are no labels."""
        return logits.double().softmax(dim=1) if self.labels else logits.double()

    def _whole(self, sounds: Sequence[Floats]) -> tuple[Floats, NDArray[np.float64]]:
        """Return features and probabilities of whole recordings."""
        if not sounds:
            return np.empty((0, 1), np.float32), np.empty((0, 1))
        heard = self.hear(sounds)
        features = np.stack([one.features.mean(axis=0) for one in heard])
        return features, np.stack([one.shares.mean(axis=0) for one in heard])

    def _answer(self, windows: Sequence[Floats]) -> tuple[NDArray[np.float64], Floats]:
        shares, features = [], []
        for start in range(0, len(windows), ANSWER_BATCH):
            logits, inner = self.frontend.answer(windows[start : start + ANSWER_BATCH])
            shares.append(self.shares(logits).cpu().numpy())
            features.append(inner.float().cpu().numpy())
        return np.concatenate(shares), np.concatenate(features)

    def _explain(self, sound: Floats) -> Explanation:
        heard = self.hear([sound])[0]
        near: tuple[tuple[str, float], ...] = ()
        strange = None
        if self._neighbours:
            features = heard.features.mean(axis=0, keepdims=True)
            near = self._neighbours.nearest(features)[0]
            shares = heard.shares.mean(axis=0, keepdims=True)
            strange = self._neighbours.ood_score(features, shares)[0]
        is_long = len(sound) > LONG * self.frontend.steps
        return Explanation(near, strange, self._course(heard) if is_long else ())

    def _course(self, heard: WindowedOutput) -> tuple[tuple[float, float, tuple[float, ...]], ...]:
        second = self.frontend.step_s
        return tuple(
            (round(start * second, 3), round(end * second, 3), tuple(row))
            for (start, end), row in zip(heard.cuts, heard.shares.tolist(), strict=True)
        )
