"""Whether one model of several columns pays on real texts; `make bench ARGS=several`.

Posts of WNUT-17 whose words people tagged: does one name a person, does it name a place? Multilingual E5
(`bigmodel bases fetch e5`) learns both columns at once, and a model for each on the same rows with the same settings,
in the same run. The pack lies beside the repository; its test posts name others than its training posts, on purpose.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figure import PACKS, Figure
from bench.models.training import Clock
from bigmodel.answers import answer_type
from bigmodel.answers.columns import Several
from bigmodel.base_models.catalogue import read_models
from bigmodel.base_models.locate import locate
from bigmodel.core.answer import Tried
from bigmodel.core.datasets.columns import output_names, write_columns
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine

TASK, BASE = get_task("multi_task"), "e5"
SEED = 0
MOST_SECONDS, MOST_PARAMETERS, WITHIN = 0.7, 0.6, 0.01
PACK, COLUMNS = "g_ner_wnut17_en", ("person", "location")


def run() -> list[Figure]:
    """Measure both ways on the same test rows."""
    try:
        base = locate(BASE, TASK, Settings())
    except ModelError:
        return []
    if not (PACKS / PACK).is_dir():
        return []
    data = _data()
    about = next(each for each in read_models(TASK.folder) if each.name == BASE)
    told = {**about.presets["balanced"], "base": BASE, "seed": SEED, "compare_apart": True}
    engine = load_engine(TASK)
    with tempfile.TemporaryDirectory() as folder:
        engine.train(data, TASK.params.model_validate(told), base, Path(folder), Clock())
        answers = engine.load(Path(folder)).answer(data.test.inputs)
    return list(_figures(data, [one for one in answers if isinstance(one, Several)]))


def _figures(data: TaskData, answers: list[Several]) -> Iterator[Figure]:
    results = answer_type(TASK).evaluate(Tried(data.test.targets, answers, data.labels))
    [panel] = [one for one in results.panels if one.kind == "columns" and not one.of]
    for row in panel.data["rows"]:
        together, apart = (row[side]["macro_f1"] for side in ("measures", "apart"))
        name = f"{row['column']}, {len(data.train)} rows (seed {SEED})"
        goal = f"≥ {apart - WITHIN:.3f} (apart, less 1 point)"
        yield Figure(f"{name}, together", together, "macro-F1", goal, together >= apart - WITHIN)
        yield Figure(f"{name}, apart", apart, "macro-F1", "", None)
    cost = panel.data["cost"]
    for name, most in (("seconds", MOST_SECONDS), ("parameters", MOST_PARAMETERS)):
        share = cost[name] / cost[f"{name}_apart"]
        yield Figure(f"{name} together of those apart", share, "", f"≤ {most}", share <= most)


def _data() -> TaskData:
    parts = [_rows(PACKS / PACK / f"{name}.conll") for name in ("train", "dev", "test")]
    return TaskData(*parts, output_names(dict.fromkeys(COLUMNS, ("no", "yes"))))


def _rows(path: Path) -> Rows:
    """Return the texts of a file of tagged words, each with whether it names somebody, and a place."""
    texts, cells = [], []
    for sentence in path.read_text("utf-8").strip().split("\n\n"):
        words = [line.split("\t") for line in sentence.splitlines() if "\t" in line]
        tags = [tag for _, tag, *_ in words]
        told = {name: "yes" if f"B-{name}" in tags else "no" for name in COLUMNS}
        texts.append(" ".join(word for word, *_ in words))
        cells.append(write_columns(told))
    return Rows([str(at) for at in range(len(texts))], texts, cells)
