"""Asks a downloaded model twice: by torch, and by ONNX in a process that cannot import torch."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bigmodel.core.model import TrainedModel
from bigmodel.core.task import Portable, Task
from bigmodel.services.results.export import program_of
from bigmodel.services.results.onnx import WITHOUT_TORCH
from bigmodel.services.results.standalone import assemble
from bigmodel.tasks import load_engine
from tests.patience import PATIENCE_S

ASK = """
import json, sys
import numpy as np

def plain(value):
    if isinstance(value, np.ndarray) and value.ndim >= 3:  # a picture: one pixel may round the other way
        return [float(value.mean()), float(value.std())]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)

def said(model, asked):
    if hasattr(model, "predict"):
        found = model.predict(asked)
    else:
        found = [(getattr(model, "make", None) or model.show)(one) for one in asked]
    return json.loads(json.dumps(found, default=plain))
"""
ALONE = """
for name in ("torch", "transformers", "timm", "torchvision", "safetensors", "bigmodel"):
    sys.modules[name] = None
sys.path.insert(0, ".")
import without_torch
print(json.dumps(said(without_torch.Model(), json.loads(sys.stdin.read()))))
"""


def both_answers(
    task: Task, model: TrainedModel, trained: Path, package: Path, asked: list[str]
) -> tuple[Any, Any]:
    """Return what the program of an unpacked model says by torch and by ONNX."""
    engine = load_engine(task)
    assert isinstance(engine, Portable)
    assert engine.write_onnx(trained, package) < 1e-3
    program = program_of(task, model, {path.name for path in trained.iterdir()})
    assert program
    (package / "without_torch.py").write_text(assemble(program, WITHOUT_TORCH), "utf-8")
    by_torch = _here(package / "predict.py", asked)
    (package / "model.safetensors").unlink()
    return by_torch, _alone(package, asked)


def _here(program: Path, asked: list[str]) -> Any:
    spec = importlib.util.spec_from_file_location(f"whole_{program.parent.parent.name}", program)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    names: dict[str, Any] = {}
    exec(ASK, names)  # noqa: S102 - what the other process runs too
    return names["said"](module.Model(), asked)


def _alone(folder: Path, asked: list[str]) -> Any:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", ASK + ALONE], cwd=folder, input=json.dumps(asked),
        capture_output=True, encoding="utf-8", check=False, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
