"""A trained model as a ZIP that works without this app; it must never hold rows, names or paths of a person."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version as installed
from pathlib import Path
from typing import Literal

from bigmodel.base_models.catalogue import read_models
from bigmodel.base_models.shelf import from_record
from bigmodel.base_models.wheels import read_wheels
from bigmodel.core.datasets.card import DatasetCard
from bigmodel.core.errors import ModelError
from bigmodel.core.ids import new_id
from bigmodel.core.model import Base, TrainedModel
from bigmodel.core.results.results import Results
from bigmodel.core.task import Medium, Task
from bigmodel.data.steps import asked_steps
from bigmodel.data.targets import target_kind
from bigmodel.jobs.artifacts import Artifacts
from bigmodel.services.results import onnx
from bigmodel.services.results.adapter import adapter_of
from bigmodel.services.results.model_card import figures, write_card
from bigmodel.services.results.space import front_matter, space_files
from bigmodel.services.results.standalone import assemble
from bigmodel.settings import Settings
from bigmodel.tasks import get_task
from bigmodel.words import load_words

Sort = Literal["model", "space", "onnx"]
DATA = Path(__file__).parents[2] / "data"
STANDALONE = Path(__file__).parents[2] / "training" / "standalone"
NEEDED = {"instant": "instant.json", "tuned": "config.json"}  # what the programs there read
# What a program imports, and the packages that bring it.
PACKAGES = {
    "diffusers": ("diffusers", "transformers", "accelerate", "peft"),
    "ftfy": ("ftfy",),
    "gradio": ("gradio",),
    "numpy": ("numpy",),
    "onnxruntime": ("onnxruntime",),
    "opencc": ("opencc",),
    "phonenumbers": ("phonenumberslite",),
    "PIL": ("pillow",),
    "pypinyin": ("pypinyin",),
    "safetensors": ("safetensors",),
    "soundfile": ("soundfile",),
    "timm": ("timm",),
    "tokenizers": ("tokenizers",),
    "torch": ("torch", "numpy"),
    "torchaudio": ("torchaudio",),
    "torchvision": ("torchvision",),
    "transformers": ("transformers", "tokenizers", "safetensors"),
}
CPU_INDEX = "--extra-index-url https://download.pytorch.org/whl/cpu"  # else CUDA comes along
_IMPORT = re.compile(r"^ *(?:import|from) (\w+)", re.MULTILINE)
CLEANING = tuple(
    DATA / name for name in ("cleaning.py", "personal.py")
)  # of texts; they stand alone
TAKEN = frozenset({".safetensors", ".json", ".txt", ".model", ".jinja"})
LEFT = frozenset(  # rows, what tells of them, and ids of this app
    {
        "model.json",
        "predictions.parquet",
        "neighbours.safetensors",
        "neighbours.json",
        "neighbours_terms.json",
        "copied.safetensors",
        "consent.safetensors",
        "lora.safetensors",
        "lora.json",
        "apart.json",
        "apart.safetensors",
        "sights.safetensors",
        "sights.json",
        "sights_body.safetensors",
        "sights_body.json",
    }
)
CONFIGS = frozenset({"config.json", "tokenizer_config.json"})
ORIGINS = frozenset({"_name_or_path", "name_or_path"})
NOTHING_SAID = DatasetCard()
DENSE = (".safetensors", ".onnx")  # numbers that hardly become smaller
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of ZIP: equal models give equal packages


def write_package(
    settings: Settings,
    model: TrainedModel,
    *,
    results: Results,
    split_rows: Mapping[str, int],
    bases: Mapping[str, Mapping[str, object]],
    data: DatasetCard = NOTHING_SAID,
    sort: Sort = "model",
) -> Path:
    """Write the ZIP of a model into the scratch folder, or return the one already there.

    Args:
        split_rows: how many rows it learned from and was tried on.
        bases: imported and fetched base models by name.
        data: what a person said of its data.
        sort: a `space` has an app that asks it in a browser, as a Hugging Face Space starts it; `onnx` holds the network
            as ONNX, and its program needs no torch.

    Raises:
        ModelError: `model_files_missing`; `model_without_program` as a Space; those of `onnx.written`.
    """
    place = settings.scratch / "downloads" / model.id / _mark(data)
    target = place / f"{sort}-{model.kind}.zip"
    if target.is_file():
        return target
    folder = Artifacts(settings.home).path(model.folder)
    files = _files(folder)
    task = get_task(model.task, settings.task_folders)
    program = program_of(task, model, {path.name for path in files})
    if sort == "space" and program is None:
        raise ModelError("model_without_program")
    with _networks(settings, task, model, sort) as (network, differs):
        if network:
            files = [network, *(path for path in files if path.name != onnx.WEIGHTS)]
        words = load_words(settings.task_folders)
        app = space_files(words, task) if sort == "space" else {}
        card = write_card(            words, model, results=results, split_rows=split_rows, base=_base(task, model, bases),
            has_program=program is not None, data=data, differs=differs, folder=folder,
        )  # fmt: skip
        texts = [
            ("README.md", front_matter(task) + card if app else card),
            ("labels.json", json.dumps(list(model.labels), ensure_ascii=False)),
            *_programs(
                program, task, _cleaning(folder, task), app, onnx.WITHOUT_TORCH if network else {}
            ),
            *figures(words, results),
        ]
        _write(target, {path.name: path for path in files}, texts)
    return target


@contextmanager
def _networks(
    settings: Settings, task: Task, model: TrainedModel, sort: Sort
) -> Iterator[tuple[Path | None, float | None]]:
    """Lend the network as ONNX where it is to go along, and how far it differs from torch."""
    if sort != "onnx":
        yield None, None
        return
    with onnx.written(settings, task, model) as found:
        yield found


def write_adapter(
    settings: Settings,
    model: TrainedModel,
    *,
    results: Results,
    split_rows: Mapping[str, int],
    bases: Mapping[str, Mapping[str, object]],
    data: DatasetCard = NOTHING_SAID,
) -> Path:
    """Write the ZIP of a model without its base, which peft or diffusers loads, or return the one already there.

    Raises:
        ModelError: `model_files_missing`.
    """
    target = settings.scratch / "downloads" / model.id / _mark(data) / "adapter.zip"
    if target.is_file():
        return target
    folder = Artifacts(settings.home).path(model.folder)
    adapter = adapter_of(folder)
    if adapter is None:
        raise ModelError("model_files_missing")
    task = get_task(model.task, settings.task_folders)
    base = _base(task, model, bases)
    ours = read_wheels().get(base.name)
    named = (ours.hub if ours else "") or base.name
    card = write_card(
        load_words(settings.task_folders), model, results=results, split_rows=split_rows, base=base,
        has_program=False, data=data, adapts=adapter.alone(folder, named),
    )  # fmt: skip
    pins = [f"{name}=={installed(name).split('+')[0]}" for name in adapter.needs]
    texts = [("README.md", card), ("requirements.txt", "\n".join(pins) + "\n")]
    if adapter.record:
        how = json.loads((folder / adapter.record).read_text("utf-8"))
        how["base_model_name_or_path"] = named
        said = json.dumps(how, ensure_ascii=False, indent=2)
        texts.append((adapter.files[adapter.record], said))
    also = {name: folder / name for name in adapter.also if (folder / name).is_file()}
    files = {to: folder / name for name, to in adapter.files.items() if name != adapter.record}
    _write(target, {**files, **also}, texts)
    return target


def _mark(data: DatasetCard) -> str:
    """Return a folder for packages that say this of their data: what was made before it was said is not handed out."""
    return hashlib.sha256(repr(data).encode()).hexdigest()[:8] if data else ""


def _write(target: Path, files: Mapping[str, Path], texts: Sequence[tuple[str, str]]) -> None:
    """Write the ZIP, which is there whole or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f".{new_id()}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as package:
            for name, path in files.items():
                _add(package, name, _without_origin(path))
            for name, text in texts:
                _add(package, name, text.encode("utf-8"))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    """Return the files of a model that go along; that there are none is an error."""
    found = folder.iterdir() if folder.is_dir() else ()
    files = sorted(path for path in found if path.suffix in TAKEN and path.name not in LEFT)
    if not files:
        raise ModelError("model_files_missing")
    return files


def _without_origin(path: Path) -> bytes:
    """Return a file's content; where Transformers notes the folder a base was loaded from, without it."""
    content = path.read_bytes()
    if path.name not in CONFIGS:
        return content
    record = {key: value for key, value in json.loads(content).items() if key not in ORIGINS}
    return json.dumps(record, ensure_ascii=False, indent=2).encode("utf-8")


def _cleaning(folder: Path, task: Task) -> Sequence[str]:
    """Return the steps that what a model is asked goes through."""
    path = folder / "model.json"
    steps: list[str] = (
        json.loads(path.read_text("utf-8")).get("cleaning", []) if path.is_file() else []
    )
    return asked_steps(task.medium, target_kind(task.target), steps)


def _programs(
    program: Path | None,
    task: Task,
    steps: Sequence[str],
    app: Mapping[str, str],
    instead: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Yield the programs that go along, what they read, and the packages that they need."""
    if program is None:
        return
    programs = {"predict.py": assemble(program, instead), **app}
    if steps:
        yield "cleaning.json", json.dumps(list(steps), ensure_ascii=False)
    if steps and task.medium == Medium.TEXT:  # those of files are written into the program
        programs |= {
            path.name: path.read_text("utf-8").replace("from bigmodel.data.", "from ")
            for path in CLEANING
        }
    found = (
        name
        for file, text in programs.items()
        if file.endswith(".py")
        for name in _IMPORT.findall(text)
    )
    names = dict.fromkeys(name for module in found for name in PACKAGES.get(module, ()))
    pins = [f"{name}=={installed(name).split('+')[0]}" for name in names]
    index = [CPU_INDEX] if app and "torch" in names else []
    yield from programs.items()
    yield "requirements.txt", "\n".join((*index, *pins)) + "\n"


def program_of(task: Task, model: TrainedModel, names: set[str]) -> Path | None:
    """Return the program that goes along: the task's own, else the one for such files, if there is one."""
    kinds = (*sorted(Path(name).stem for name in names), model.kind)  # by a file of its own first
    for kind in kinds:
        own = task.folder / f"predict_{kind}.py"
        if own.is_file():
            return own
    return STANDALONE / f"{model.kind}.py" if NEEDED[model.kind] in names else None


def _base(task: Task, model: TrainedModel, bases: Mapping[str, Mapping[str, object]]) -> Base:
    """Return what a model was trained from; of a base that is gone, only its name is known."""
    for base in read_models(task.folder):
        if base.name == model.base:
            return base
    record = bases.get(model.base)
    return from_record(record) if record else Base(model.base, "folder")


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(DENSE) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    package.writestr(entry, content)
