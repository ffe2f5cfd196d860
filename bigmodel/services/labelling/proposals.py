"""What a trained model would draw on a picture, for a person to correct: the newest detector that learned from the same dataset."""

from collections.abc import Callable, Sequence

from bigmodel.answers import answer_type
from bigmodel.core.answer import Answer
from bigmodel.core.errors import DatasetError, NotFoundError
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import INSTANT, Medium
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.versions import load_rows, media_folder
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import find_tasks

Answers = Callable[[str, str, Sequence[str]], Sequence[Answer]]  # of a model to inputs


class ProposalService:
    """Proposals for labels that are drawn; none of a model that only guesses without looking."""

    def __init__(self, settings: Settings, store: Store, answers: Answers) -> None:
        self._settings = settings
        self._store = store
        self._answers = answers

    def model(self, owner: str, dataset_id: str) -> TrainedModel | None:
        """Return the newest model that can propose labels for a dataset."""
        tasks = find_tasks(self._settings.task_folders)
        drawing = {name for name, task in tasks.items() if target_kind(task.target).is_drawn}
        guessing = {name for name in drawing if tasks[name].guesses_first}
        for model in self._store.models.list_all(owner):
            is_guess = model.base == INSTANT and model.task in guessing
            if model.task in drawing and not is_guess and self._is_of(model, dataset_id):
                return model
        return None

    def label(self, owner: str, dataset_id: str, row_id: str) -> str:
        """Return what the model would draw into a row, as a label by hand is written, in the classes of today.

        Raises:
            DatasetError: `no_proposals` (no model yet) or `row_gone`.
            ModelError: as `InferenceService.answers`.
        """
        model = self.model(owner, dataset_id)
        if model is None:
            raise DatasetError("no_proposals")
        folder = self._settings.home / self._store.datasets.get(owner, dataset_id).version.folder
        rows = load_rows(folder, [row_id])
        if not rows["input"]:
            raise DatasetError("row_gone")
        task = find_tasks(self._settings.task_folders)[model.task]
        is_text = task.medium == Medium.TEXT
        asked = rows["input"][0] if is_text else str(media_folder(folder) / rows["input"][0])
        (answer,) = self._answers(owner, model.id, [asked])
        label = answer_type(task).as_label(answer)
        classes = self._store.labels.get(owner, dataset_id).classes
        return target_kind(task.target).among(label, classes)

    def _is_of(self, model: TrainedModel, dataset_id: str) -> bool:
        try:
            return self._store.jobs.get(model.owner, model.job_id).dataset_id == dataset_id
        except NotFoundError:
            return False
