"""The training rows a text is most like, by its n-grams, for models that keep nothing else of their rows."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from safetensors.numpy import load_file

from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.task import Explanation
from bigmodel.training.ood.neighbours import VECTORS
from bigmodel.training.text.memory import TextMemory, load_memory, make_memory
from bigmodel.training.text.ngrams import Ngrams, VectorizerConfig, fit_ngrams

TERMS = "neighbours_terms.json"  # never goes along with a model: it is read with the rows alone
RARITY = "near_rarity"


class NearRows:
    """Finds the nearest training rows of texts, and says of texts in other letters that they cannot be read."""

    def __init__(self, ngrams: Ngrams, memory: TextMemory) -> None:
        self._ngrams, self._memory = ngrams, memory

    def explain(self, texts: Sequence[str]) -> list[Explanation]:
        """Return the nearest rows of each text."""
        if not texts:
            return []
        read = self._ngrams.read(texts)
        return self._memory.explain(texts, read, self._memory.look(read))


def save_near(rows: Rows, folder: Path) -> None:
    """Write what is kept of training rows beside their model."""
    ngrams, features = fit_ngrams(rows.inputs)
    memory = make_memory(rows, features, ngrams.reading.longest)
    memory.save(folder, {RARITY: ngrams.rarity})
    record = {"v": 1, "reading": asdict(ngrams.reading), "terms": list(ngrams.terms)}
    (folder / TERMS).write_text(json.dumps(record, ensure_ascii=False), "utf-8")


def load_near(folder: Path) -> NearRows | None:
    """Load what `save_near` wrote; None where it is not there, as in a downloaded package."""
    memory = load_memory(folder)
    if memory is None or not (folder / TERMS).is_file():
        return None
    record = json.loads((folder / TERMS).read_text("utf-8"))
    rarity = load_file(folder / VECTORS)[RARITY]
    return NearRows(Ngrams(VectorizerConfig(**record["reading"]), record["terms"], rarity), memory)
