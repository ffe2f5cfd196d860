"""The heavy half: a tag belongs to a text that holds a word seen with it in every training row."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bigmodel.tasks.tags.answer import Tags

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.task import BaseFiles, Params, Reporter


class TagPredictor:
    labels: tuple[str, ...] = ()

    def __init__(self, known: dict[str, list[str]]) -> None:
        self.known = known

    def answer(self, inputs: Sequence[str]) -> list[Tags]:
        found = [
            {tag for word in text.split() for tag in self.known.get(word, ())} for text in inputs
        ]
        return [Tags(tuple(sorted(tags))) for tags in found]

    def stream(self, text: str) -> Iterator[Tags]:
        [whole] = self.answer([text])
        yield from (Tags(whole.tags[:count]) for count in range(1, len(whole.tags) + 1))


class TagEngine:
    def train(
        self, data: TaskData, params: Params, base: BaseFiles, folder: Path, report: Reporter
    ) -> None:
        report.step(phase="train", step=1, steps=1)
        seen: dict[str, set[str]] = defaultdict(set)
        for text, target in zip(data.train.inputs, data.train.targets, strict=True):
            for word in text.split():
                tags = set(target.split())
                seen[word] = seen[word] & tags if word in seen else tags
        known = {word: sorted(tags) for word, tags in seen.items() if tags}
        told = f"{data.train.inputs[0]}: {data.train.targets[0]}"
        report.sample(1, "first-row.txt", told.encode())
        (folder / "tags.json").write_text(json.dumps(known), "utf-8")

    def load(self, folder: Path) -> TagPredictor:
        return TagPredictor(json.loads((folder / "tags.json").read_text("utf-8")))


ENGINE = TagEngine()
