"""An engine that plays the last bytes of a file, a beat each."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bigmodel.tasks.mirror_tune.answer import Tune


class Player:
    labels: tuple[str, ...] = ()

    def answer(self, inputs: Sequence[str]) -> list[Tune]:
        return [Tune(Path(path).read_bytes()[-3:], 3) for path in inputs]

    def stream(self, path: str) -> Iterator[Tune]:
        [whole] = self.answer([path])
        yield from (Tune(whole.sound[:beats], beats) for beats in (1, 2, 3))


class Engine:
    def load(self, folder: Path) -> Player:
        return Player()


ENGINE = Engine()
