"""Networks that enhance pictures as they answer, and as they lie on disk: weights in safetensors, all else in plain JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from bigmodel.answers.picture import Enhanced
from bigmodel.core.errors import loading_model
from bigmodel.training.enhancement.net import Enhancer, EnhancerSize, Span, make_net, tiles
from bigmodel.training.enhancement.plain import Pixels, noise_of
from bigmodel.training.enhancement.question import Question, answer_of, part_of, question_of

RECORD, WEIGHTS = "enhancer.json", "model.safetensors"


@dataclass(frozen=True)
class Wisdom:
    """What a model knows beside its weights: the damage it was made for, and up to which noise it is better than plain enlarging.

    `limit` None: it always is.
    """

    damage: float
    limit: float | None = None


class PictureEnhancer:
    """A trained network. It computes in 32 bits and one picture at a time, so answers do not depend on the neighbours."""

    labels: tuple[str, ...] = ()

    def __init__(self, net: Enhancer | Span, wisdom: Wisdom) -> None:
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._net = net.to(self._device).eval()
        self._scale, self._wisdom = net.size.scale, wisdom

    def answer(self, inputs: Sequence[str]) -> list[Enhanced]:
        """Return each picture made sharper or cleaner; the plain one where that was better on held-out pictures."""
        return [self._one(text) for text in inputs]

    def stream(self, text: str) -> Iterator[Enhanced]:
        """Yield the answer to one picture as far as it has come, after each tile of a large one."""
        asked = question_of(text, self._scale, self._wisdom.damage)
        made = None
        for (done, whole), made in self._tiles(asked):
            if done < whole:
                yield part_of(asked, self._scale, made, (done, whole))
        yield answer_of(asked, self._scale, made)

    def _one(self, text: str) -> Enhanced:
        *_, whole = self.stream(text)
        return whole

    def _tiles(self, asked: Question) -> Iterator[tuple[tuple[int, int], Pixels]]:
        """Yield the picture as far as it is made; nothing where it is left plain."""
        limit = self._wisdom.limit
        if limit is None or noise_of(asked.given) <= limit:
            yield from tiles(self._net, asked.given, asked.plain, self._scale, self._device)


def save(folder: Path, net: Enhancer | Span, wisdom: Wisdom) -> None:
    """Write a network and what it knows."""
    weights = {name: value.contiguous() for name, value in net.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    record = {"v": 1, "net": net.size.to_json(), "damage": wisdom.damage, "limit": wisdom.limit}
    (folder / RECORD).write_text(json.dumps(record), "utf-8")


def load(folder: Path) -> PictureEnhancer:
    """Load a network that `finetune` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        record = json.loads((folder / RECORD).read_text("utf-8"))
        net = make_net(EnhancerSize.from_json(record["net"]))
        net.load_state_dict(load_file(folder / WEIGHTS))
    return PictureEnhancer(net, Wisdom(record["damage"], record["limit"]))
