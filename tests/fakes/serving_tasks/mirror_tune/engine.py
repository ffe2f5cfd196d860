"""An engine that plays the last bytes of a file, a beat each."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bigmodel.tasks.mirror_tune.answer import Tune


class Player:
    labels: tuple[str, ...] = ()

    def answer(self, inputs: Sequence[str]) -> list[Tune]:
        return [Tune(Path(path).read_bytes()[-3:], 3) for path in inputs]

    def stream(self, path: str) -> Iterator[Tune]:
        yield from self.stream_by(path, {})

    def stream_by(self, path: str, dials: Mapping[str, float]) -> Iterator[Tune]:
        [whole] = self.answer([path])
        most = round(3 * dials.get("strength", 1.0))
        yield from (Tune(whole.sound[:beats], beats) for beats in range(1, most + 1))


class Engine:
    def load(self, folder: Path) -> Player:
        return Player()


ENGINE = Engine()
