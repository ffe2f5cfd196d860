"""How well text models tell strangers and unreadable texts from known rows; `make bench ARGS=strangers`.

Data packs lie beside the repository and are not part of it; what needs them is left out without them. Strangers are
a class left out of the training, texts of another field or language, and nonsense. Of known test rows about one in
twenty may be called strange, and by chance a few more of a small test: the goal is 5 % and two standard errors
(of the test rows, and of the held-out rows that the threshold comes from).
"""

import csv
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from bench.figure import SAMPLES, Figure
from bench.models.training import (
    PACKS,
    SMS,
    TASK,
    WAIMAI,
    Clock,
    base_of,
    files_of,
    hold_out,
    read_pack,
)
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.task import BaseFiles, Looker
from bigmodel.tasks import load_engine
from bigmodel.training.text.baseline import ENOUGH_KNOWN

USUAL, ROWS_A_SECOND = 0.05, 10_000 / 30
TESTED = 5  # of so many rows of a sample one is a test row
MANY = 400
ANSWERED = 10_000


@dataclass(frozen=True)
class Case:
    """Rows to learn from, and texts that are none of them, by what they are."""

    name: str
    data: TaskData
    strangers: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Told:
    """What a model said of some texts."""

    ood_score: list[float]
    strange: float  # share that is like none of the rows, or cannot be read
    unread: float  # share that cannot be read


def run() -> list[Figure]:
    """Measure every model on every case, and how fast many texts are looked at."""
    samples = [*left_out("support_en.csv"), *left_out("sentiment_zh.csv")]
    packs = pack_cases() if PACKS.is_dir() else []
    figures = means("a class of a sample left out, instant", samples, "instant")
    # Of one case only: a network from scratch takes its time, and all seven would take a quarter of an hour.
    figures += means("a class of a sample left out, from scratch", samples[:1], "scratch")
    for case in packs:
        figures += told_apart(case, "instant")
    for case, base in zip(packs, ("minilm", "scratch"), strict=False):
        figures += told_apart(case, base)
    return [*figures, *(speed(case) for case in packs[-1:])]


def means(name: str, cases: Sequence[Case], base: str) -> list[Figure]:
    """Return what a kind of model says of strangers, the mean over the cases."""
    found = [measured(case, base) for case in cases]
    known = float(np.mean([one["known"].strange for one in found]))
    held = sum(_judged(case, base) for case in cases)
    figures = [_known(f"{name}: of known rows", known, sum(len(c.data.test) for c in cases), held)]
    for kind in cases[0].strangers:
        shares = [one[kind].strange for one in found]
        areas = [_area(one["known"], one[kind]) for one in found]
        figures += _figures(f"{name}: {kind}", float(np.mean(shares)), float(np.mean(areas)))
    return figures


def told_apart(case: Case, base: str) -> list[Figure]:
    """Return what one model says of strangers."""
    found = measured(case, base)
    name, known = f"{case.name}, {base}", found["known"]
    rows, held = len(case.data.test), _judged(case, base)
    figures = [
        _known(f"{name}: of known rows", known.strange, rows, held),
        _percent(f"{name}: of known rows, cannot be read", known.unread),
    ]
    for kind in case.strangers:
        figures += _figures(f"{name}: {kind}", found[kind].strange, _area(known, found[kind]))
    unread = float(np.mean([found[kind].unread for kind in nonsense()]))
    return [*figures, _percent(f"{name}: of nonsense, cannot be read", unread)]


def measured(case: Case, base: str) -> dict[str, Told]:
    """Train a model and ask it."""
    with tempfile.TemporaryDirectory() as folder:
        model = trained(case.data, base, Path(folder))
        asked = {"known": case.data.test.inputs, **case.strangers}
        return {kind: _told(model, texts) for kind, texts in asked.items()}


def trained(data: TaskData, name: str, folder: Path) -> Looker:
    """Train a base with its balanced preset."""
    base, engine = base_of(name), load_engine(TASK)
    params = TASK.params.model_validate({**base.presets["balanced"], "base": name})
    if name == "instant":
        engine.train_instant(data, params, folder, Clock())
    else:
        files = BaseFiles(name, base.kind) if base.kind == "scratch" else files_of(base)
        engine.train(data, params, files, folder, Clock())
    model = engine.load(folder)
    assert isinstance(model, Looker)
    return model


def speed(case: Case) -> Figure:
    """Look at many texts, as a table of them is answered."""
    texts = [case.data.test.inputs[n % len(case.data.test)] + f" {n}" for n in range(ANSWERED)]
    with tempfile.TemporaryDirectory() as folder:
        model = trained(case.data, "instant", Path(folder))
        began = time.perf_counter()
        for start in range(0, len(texts), 64):  # as the serving child is asked
            model.look(texts[start : start + 64])
        seconds = time.perf_counter() - began
    value = len(texts) / seconds
    name = f"{case.name}, instant: texts answered and looked at"
    return Figure(name, value, "texts/s", f"≥ {ROWS_A_SECOND:.0f}", value >= ROWS_A_SECOND)


def left_out(sample: str) -> list[Case]:
    """Return one case a class of a sample: it is left out, and is a stranger."""
    with (SAMPLES / sample).open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row[0], row[1]) for row in csv.reader(lines)][1:]
    random.Random(0).shuffle(rows)  # noqa: S311  (no secret)
    cases = []
    for label in sorted({target for _, target in rows}):
        known = [row for row in rows if row[1] != label]
        learned, tested = known[len(known) // TESTED :], known[: len(known) // TESTED]
        data = hold_out(_data(learned), _data(tested), seed=0)
        odd = {"the class left out": [text for text, target in rows if target == label]}
        cases.append(Case(sample, data, odd | nonsense()))
    return cases


def pack_cases() -> list[Case]:
    """Return the packs of English and of Chinese messages, each with strangers."""
    sms = hold_out(read_pack(SMS, "train.csv", "text"), read_pack(SMS, "test.csv", "text"), 0)
    orders = hold_out(
        read_pack(WAIMAI, "train.csv", "review"), read_pack(WAIMAI, "test.csv", "review"), 0
    )
    english, chinese = sms.test.inputs[:MANY], orders.test.inputs[:MANY]
    return [
        Case(
            "SMS spam",
            sms,
            {
                "another language": chinese,
                "another field (support)": _texts("support_en.csv"),
                "another field (stars)": _texts("stars_en.csv"),
                **nonsense(),
            },
        ),
        Case(
            "waimai",
            orders,
            {
                "another language": english,
                "another field (sentiment)": _texts("sentiment_zh.csv"),
                **nonsense(),
            },
        ),
    ]


def nonsense() -> dict[str, list[str]]:
    """Return texts that say nothing, by kind."""
    dice = random.Random(1)  # noqa: S311  (no secret)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {
        "random keys": ["".join(dice.choices(letters, k=dice.randint(4, 24))) for _ in range(100)],
        "digits": [str(dice.randrange(10 ** dice.randint(1, 14))) for _ in range(40)],
        "signs": [
            ".",
            "?!",
            "…",
            "，。",
            "---",
            "***",
            "//",
            "( )",
            "# ~",
            "、；",
            "👍",
            "😀😀",
            "🍜",
        ],
        "garbled": [
            "锟斤拷锟斤拷",
            "\ufffd\ufffd\ufffd",
            "烫烫烫烫",
            *(text.encode().decode("latin-1") for text in ("é è à", "你好世界", "Привет")),
            *(text.encode().decode("gb18030", "ignore") for text in ("服务态度很差", "不会再来了")),
        ],
    }


def _told(model: Looker, texts: Sequence[str]) -> Told:
    said = model.explain(texts)
    far = [one.ood_score or 0.0 for one in said]
    unread = [bool(one.unreadable) for one in said]
    strange = [one > 1 or is_unread for one, is_unread in zip(far, unread, strict=True)]
    return Told(far, float(np.mean(strange)), float(np.mean(unread)))


def _judged(case: Case, base: str) -> int:
    """Return how many rows the threshold came from."""
    held, learned = len(case.data.validation), len(case.data.train)
    if base != "instant":
        return held
    return held + min(learned, max(0, ENOUGH_KNOWN - held))


def _area(known: Told, odd: Told) -> float:
    truth = [0] * len(known.ood_score) + [1] * len(odd.ood_score)
    return float(roc_auc_score(truth, [*known.ood_score, *odd.ood_score]))


def _known(name: str, share: float, rows: int, held: int) -> Figure:
    goal = USUAL + 2 * float(np.sqrt(USUAL * (1 - USUAL) * (1 / rows + 1 / held)))
    return Figure(name, 100 * share, "%", f"≤ {100 * goal:.1f}", share <= goal)


def _percent(name: str, share: float) -> Figure:
    return Figure(name, 100 * share, "%", "", None)


def _figures(name: str, share: float, area: float) -> list[Figure]:
    return [_percent(name, share), Figure(f"{name}, AUROC", area, "", "", None)]


def _texts(sample: str) -> list[str]:
    with (SAMPLES / sample).open(encoding="utf-8-sig", newline="") as lines:
        return [row[0] for row in csv.reader(lines)][1:]


def _data(rows: Sequence[tuple[str, str]]) -> TaskData:
    columns = [str(n) for n in range(len(rows))], [t for t, _ in rows], [t for _, t in rows]
    return TaskData(Rows(*columns), Rows(), Rows(), tuple(sorted(set(columns[2]))))
