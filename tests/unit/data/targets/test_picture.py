"""Several shots of one clear picture stay in one part, at the import and over folds; a clear photo is its own."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

from bigmodel.answers.picture import ANSWER, Enhanced
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.data.targets.picture import KIND
from bigmodel.data.versions.versions import load_task_data
from bigmodel.jobs.worker.cross_validation import fold_answers
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore
from tests.unit.data.media.test_boxes import Files, picture

SHOTS = 3


def loaded(tmp_path: Path, files: Files) -> TaskData:
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    settings = Settings(home=tmp_path / "home", offline=True)
    settings.make_folders()
    service = DatasetService(settings, ScratchStore())
    dataset = service.import_file("local", tmp_path / "pictures.zip", task="image_enhancement")
    return load_task_data(settings.home / dataset.version.folder, KIND)


def parts(data: TaskData) -> list[Rows]:
    return [data.train, data.validation, data.test]


def test_shots_of_one_clear_picture_stay_in_one_part(tmp_path: Path) -> None:
    names = [(clear, f"{clear}-{shot}.png") for clear in range(25) for shot in range(SHOTS)]
    files = {f"noisy/{name}": picture(100 + at) for at, (_, name) in enumerate(names)}
    files |= {f"clean/{name}": picture(clear) for clear, name in names}
    found = parts(loaded(tmp_path, files))
    assert sum(map(len, found)) == 25 * SHOTS
    assert all(map(len, found))
    assert sum(len(set(rows.targets)) for rows in found) == 25


def test_clear_photos_are_parted_by_themselves(tmp_path: Path) -> None:
    found = parts(loaded(tmp_path, {f"{n}.png": picture(n) for n in range(30)}))
    assert [len(rows) for rows in found] == [24, 3, 3]
    assert KIND.together("a.png", "a.png") == KIND.together("a.png") == "a.png"


def test_shots_of_one_clear_picture_are_folded_together() -> None:
    rows = Rows([str(n) for n in range(12)], [f"{n}.png" for n in range(12)], [f"{n // 3}.clear" for n in range(12)])  # fmt: skip
    learned: list[Rows] = []

    class Plain:
        labels = ()

        def answer(self, inputs: Sequence[str]) -> list[Enhanced]:
            held = {parts_of(text)[1] for text in inputs}
            assert held.isdisjoint(learned[-1].targets)
            return [Enhanced((1, 1), 1)] * len(inputs)

    def train(part: TaskData) -> Plain:
        learned.append(part.train)
        return Plain()

    data = TaskData(rows, Rows(), Rows())
    answered, _ = fold_answers(ANSWER, KIND, data, train, 0, lambda: None)
    assert len(answered) == 12
