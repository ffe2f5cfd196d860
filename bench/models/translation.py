"""How well sentences are translated from a few thousand pairs; `make bench ARGS=translation`.

Packs of pairs (`*_mt_*`: `train.csv` and `test.csv` of two columns, and `refs.json` with every accepted translation where
there are several) lie beside the repository. Pairs to learn from are drawn with `SEED`; the first 300 test rows are told,
and validation rows choose between phrases and the Transformer, which gets five minutes.
"""

import csv
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from bench.figure import PACKS, Figure
from bench.models.training import Clock
from bigmodel.answers import answer_type
from bigmodel.base_models.catalogue import read_models
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.task import BaseFiles, Predictor
from bigmodel.metrics.bilingual import tokenizer_for
from bigmodel.tasks import get_task, load_engine

TASK = get_task("translation")
SEED, TESTED, HELD, BUDGET_S = 0, 300, 500, 300
SPACED, UNSPACED = 8_000, 12_000  # pairs for targets in words, and in characters
GOALS = {SPACED: (40.0, 64.0), UNSPACED: (25.0, 21.0)}  # BLEU, chrF of the instant model
BUILT_S, SENTENCES_A_SECOND = 40.0, 10.0


def run() -> list[Figure]:
    """Measure every pack that is there."""
    packs = sorted(path for path in PACKS.glob("*_mt*") if (path / "train.csv").is_file())
    return [figure for pack in packs for figure in _of_pack(pack)]


def _of_pack(pack: Path) -> Iterator[Figure]:
    tested = _pairs(pack / "test.csv")[:TESTED]
    tokenizer = tokenizer_for([target for _, target in tested])
    count = UNSPACED if tokenizer == "zh" else SPACED
    data = _data(_pairs(pack / "train.csv"), tested, count)
    references = _references(pack, tested)
    named = f"{pack.name}, {len(data.train):,} pairs (seed {SEED})"
    copied = _scores([source for source, _ in tested], references, tokenizer)
    yield Figure(f"{named}, copying", copied[0], "BLEU", "", None)
    held = {}
    for name in ("instant", "scratch"):
        began = time.perf_counter()
        model = _learned(name, data)
        built = time.perf_counter() - began
        began = time.perf_counter()
        texts = [answer.text for answer in model.answer(data.test.inputs)]
        passed = time.perf_counter() - began
        held[name] = _held(model, data)
        bleu, chrf = _scores(texts, references, tokenizer)
        goals = GOALS[count] if name == "instant" else (0.0, 0.0)
        for value, unit, goal in zip((bleu, chrf), ("BLEU", "chrF"), goals, strict=True):
            yield Figure(f"{named}, {name}", value, unit, f"≥ {goal}" * bool(goal), value >= goal if goal else None)  # fmt: skip
        rate = len(texts) / passed
        is_instant = name == "instant"
        yield Figure(f"{named}, {name}, built", built, "s", f"≤ {BUILT_S}" * is_instant, built <= BUILT_S if is_instant else None)  # fmt: skip
        yield Figure(f"{named}, {name}, answers", rate, "sentences/s", f"≥ {SENTENCES_A_SECOND}" * is_instant, rate >= SENTENCES_A_SECOND if is_instant else None)  # fmt: skip
    best = max(held, key=lambda name: held[name])
    yield Figure(f"{named}, kept by validation: {best}", held[best], "chrF", "", None)


def _learned(name: str, data: TaskData) -> Predictor:
    about = next(each for each in read_models(TASK.folder) if each.name == name)
    budget = {"budget_s": BUDGET_S, "seed": SEED, "base": name}
    params = TASK.params.model_validate({**about.presets["balanced"], **budget})
    engine = load_engine(TASK)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if name == "instant":
            engine.train_instant(data, params, place, Clock())
        else:
            engine.train(data, params, BaseFiles(name, name), place, Clock())
        return engine.load(place)


def _held(model: Predictor, data: TaskData) -> float:
    rows = data.validation
    return answer_type(TASK).headline(rows.targets, model.answer(rows.inputs), ())[TASK.primary]


def _data(
    pairs: Sequence[tuple[str, str]], tested: Sequence[tuple[str, str]], count: int
) -> TaskData:
    drawn = random.Random(SEED).sample(pairs, min(len(pairs), count + HELD))  # noqa: S311 - no secret
    return TaskData(*map(_rows, (drawn[HELD:], drawn[:HELD], tested)))


def _rows(pairs: Sequence[tuple[str, str]]) -> Rows:
    return Rows([str(at) for at in range(len(pairs))], *map(list, zip(*pairs, strict=True)))


def _pairs(path: Path) -> list[tuple[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        _, *rows = csv.reader(file)
    return [(row[0], row[1]) for row in rows]


def _references(pack: Path, tested: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return the references as sacrebleu takes them: the first of every row, then the second where there is one."""
    path = pack / "refs.json"
    known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    accepted = [known.get(source) or [target] for source, target in tested]
    most = max(map(len, accepted))
    return [[one[at] if at < len(one) else one[0] for one in accepted] for at in range(most)]


def _scores(
    texts: Sequence[str], references: list[list[str]], tokenizer: str
) -> tuple[float, float]:
    bleu = BLEU(tokenize=tokenizer).corpus_score(list(texts), references)
    return bleu.score, CHRF().corpus_score(list(texts), references).score
