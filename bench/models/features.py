"""How good pre-trained features are, and what the fine-tuned body adds; `make bench ARGS=features`.

The bases must be in BIGMODEL_HOME (`bigmodel bases fetch lite0`, `whisper-tiny-en`) and the data packs beside the
repository; what is not there is left out. Test files are only told; validation rows choose.
"""

import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bench.figure import PACKS, Figure
from bench.models.images import ANTS, FLOWERS, read_pack
from bench.models.sounds import chosen, hold_out
from bench.models.training import Clock
from bigmodel.answers import answer_type
from bigmodel.base_models.catalogue import read_models
from bigmodel.base_models.locate import locate
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Task
from bigmodel.data.versions.versions import MEDIA
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine

PICTURES, SOUNDS = get_task("image_classification"), get_task("audio_classification")
DIGITS, LEFT_OUT = "g_audio_fsdd", ("theo", "lucas")
GOALS = {
    (ANTS, "lite0-features"): 0.92,
    (ANTS, "lite0"): 0.93,
    (FLOWERS, "lite0-features"): 0.76,
    (FLOWERS, "lite0"): 0.82,
    (DIGITS, "whisper-features"): 0.95,
}


def run() -> list[Figure]:
    """Measure accuracies on test rows, and which model validation rows keep."""
    if not PACKS.is_dir():
        return []
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for pack in (ANTS, FLOWERS):
            data = read_pack(
                pack, Path(folder) / MEDIA
            )  # so that vectors are kept, as a dataset's are
            found += _compared(PICTURES, pack, data, ("instant", "lite0-features", "lite0"))
        digits = read_digits(Path(folder) / MEDIA / DIGITS)
        found += _compared(SOUNDS, DIGITS, digits, ("instant", "whisper-features", "scratch"))
        return found


def _compared(task: Task, pack: str, data: TaskData, names: tuple[str, ...]) -> Iterator[Figure]:
    """Train each base that is here; beside the figures, the one of them that validation rows prefer."""
    held: dict[str, tuple[float, float]] = {}
    for name in names:
        try:
            base = locate(name, task, Settings())
        except ModelError:
            continue
        began = time.perf_counter()
        held[name] = _learn(task, data, base)
        passed = time.perf_counter() - began
        goal = GOALS.get((pack, name))
        text = f"≥ {goal}" if goal else ""
        is_met = held[name][1] >= goal if goal else None
        yield Figure(f"{pack}, {name}", held[name][1], "accuracy", text, is_met)
        yield Figure(f"{pack}, {name}, as busy as it is", passed, "s", "", None)
    best = max(held, key=lambda name: held[name][0])
    worst = min(tested for name, (_, tested) in held.items() if name in ("instant", "scratch"))
    kept = held[best][1]
    yield Figure(f"{pack}, kept by validation: {best}", kept, "accuracy", "", kept >= worst)


def _learn(task: Task, data: TaskData, base: BaseFiles) -> tuple[float, float]:
    """Return the primary metric on validation rows and the accuracy on test rows."""
    about = next(each for each in read_models(task.folder) if each.name == base.name)
    params = task.params.model_validate({**about.presets["balanced"], "base": base.name})
    engine = load_engine(task)
    with tempfile.TemporaryDirectory() as folder:
        if base.kind == "instant":
            engine.train_instant(data, params, Path(folder), Clock())
        else:
            engine.train(data, params, base, Path(folder), Clock())
        model = engine.load(Path(folder))
        measure = answer_type(task).headline
        held, tested = (
            measure(rows.targets, model.answer(rows.inputs), data.labels)
            for rows in (data.validation, data.test)
        )
    return float(held[task.primary]), float(tested["accuracy"])


def read_digits(folder: Path) -> TaskData:
    """Return recordings of all but two speakers to learn from, and of those two to be tried on."""
    with zipfile.ZipFile(PACKS / DIGITS / "train_small.zip") as archive:
        archive.extractall(folder)
    paths = sorted(map(str, folder.rglob("*.wav")))
    rows = Rows(
        list(map(str, range(len(paths)))), paths, [Path(path).parent.name for path in paths]
    )
    is_new = [_is_left_out(path) for path in paths]
    parts = [chosen(rows, [n for n, new in enumerate(is_new) if new == want]) for want in (0, 1)]
    return hold_out(*parts)


def _is_left_out(path: str) -> bool:
    return any(name in Path(path).name for name in LEFT_OUT)
