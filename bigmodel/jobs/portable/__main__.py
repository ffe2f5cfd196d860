"""Writes a trained model's network as ONNX and compares its answers with torch; it is no job and changes no model.

Run by `services.results.onnx`: `python -m bigmodel.jobs.portable FOLDER`, where FOLDER holds an `asked.json`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bigmodel.core.errors import ModelError
from bigmodel.core.message import Message
from bigmodel.core.task import Portable
from bigmodel.jobs import attempt_folder
from bigmodel.jobs.label_check import ASKED, run_child
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine


@dataclass(frozen=True)
class Written:
    """How far the answers of a network differ from those of torch, or why it was not written."""

    difference: float = 0.0
    error: Message | None = None

    def to_json(self) -> dict[str, Any]:
        said = self.error.to_json() if self.error else None
        return {"difference": self.difference, "error": said}


def write(folder: Path, settings: Settings) -> Written:
    """Write the model that is asked for.

    Raises:
        ModelError: `onnx_not_offered`, and what the engine raises.
    """
    asked = attempt_folder.read_json(folder / ASKED) or {}
    engine = load_engine(get_task(asked["task"], settings.task_folders))
    if not isinstance(engine, Portable):
        raise ModelError("onnx_not_offered")
    return Written(engine.write_onnx(settings.home / asked["model"], Path(asked["into"])))


if __name__ == "__main__":
    run_child(write, lambda said: Written(error=said))
