"""How fast and how well text trainings learn: our loop beside two common recipes, in one run; `make bench ARGS=training`.

Recipes take turns, the best of several windows each. On a busy machine threads mostly wait for each other,
so there each recipe gets one thread, and only the time that its own core worked counts.
Data packs lie beside the repository and are not part of it; without them there is nothing to measure.
"""

import csv
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import psutil
import torch
from torch.nn import functional
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from bench.figure import PACKS, Figure
from bigmodel.base_models.catalogue import read_models
from bigmodel.base_models.package import find_folder
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.message import Arg, Level
from bigmodel.core.model import Base
from bigmodel.core.task import BaseFiles, Checkpoint, Predictor
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.loop.objective import macro_f1
from bigmodel.training.loop.targets import class_indices
from bigmodel.training.pretrained import quiet

Tick = Callable[[], float]
TASK = get_task("text_classification")
SMS, WAIMAI = "g_text_sms_spam_en", "g_text_waimai10k_zh"
ROUNDS = 3
BUSY_PERCENT = 20
WARM = 3  # steps before the clock counts
TUTORIAL_STEPS = 4
TRAINER_STEPS = 40
TUTORIAL_GOAL, TRAINER_GOAL, SMS_GOAL, WAIMAI_GOAL = 8.0, 2.0, 0.985, 0.89


class Clock:
    """A reporter that notes when steps ended; it never stops anything."""

    resume: Checkpoint | None = None
    spent_s = 0.0

    def __init__(self, tick: Tick = time.perf_counter) -> None:
        self.tick, self.ends = tick, list[float]()

    def step(self, *, phase: str, step: int, **more: object) -> None:  # noqa: ARG002
        if phase == "train" and step:
            self.ends.append(self.tick())

    def points(self, step: int, values: Mapping[str, float]) -> None: ...

    def note(self, key: str, level: Level = "info", **args: Arg) -> None: ...

    def is_checkpoint_due(self) -> bool:
        return False

    def checkpoint_folder(self, step: int) -> Path:  # noqa: ARG002
        return Path(tempfile.mkdtemp())

    def checkpoint(self, step: int) -> None: ...


class Ends(TrainerCallback):
    """Notes when a Trainer's steps ended."""

    def __init__(self, tick: Tick) -> None:
        super().__init__()
        self.tick, self.at = tick, list[float]()

    def on_step_end(self, *args: object, **more: object) -> None:  # noqa: ARG002
        self.at.append(self.tick())


def run() -> list[Figure]:
    """Measure speeds and accuracies."""
    if not PACKS.is_dir():
        return []
    return [*speeds(), *accuracies()]


def speeds() -> list[Figure]:
    """Take turns between the recipes on the same 2,000 messages."""
    data = read_pack(SMS, "train_small.csv", "text")
    recipes = {"tutorial": tutorial, "trainer": plain_trainer, "ours": ours}
    best = dict.fromkeys(recipes, 0.0)
    is_busy = psutil.cpu_percent(interval=2.0) > BUSY_PERCENT
    threads, tick = torch.get_num_threads(), time.process_time if is_busy else time.perf_counter
    torch.set_num_threads(1 if is_busy else threads)
    for _ in range(ROUNDS):
        for name, recipe in recipes.items():
            best[name] = max(best[name], recipe(data, tick))
    torch.set_num_threads(threads)
    unit = "examples/s of one core" if is_busy else "examples/s"
    by_tutorial, by_trainer = best["ours"] / best["tutorial"], best["ours"] / best["trainer"]
    return [
        Figure("MiniLM, the tutorial's recipe", best["tutorial"], unit, "", None),
        Figure("MiniLM, plain Trainer", best["trainer"], unit, "", None),
        Figure("MiniLM, ours", best["ours"], unit, "", None),
        _at_least("ours against the tutorial", by_tutorial, "times", TUTORIAL_GOAL),
        _at_least("ours against a plain Trainer", by_trainer, "times", TRAINER_GOAL),
    ]


def accuracies() -> list[Figure]:
    """Train as a job does: instant and fine-tuned, the better on validation rows kept, measured on test rows."""
    sms = [kept_accuracy(SMS, "text", "minilm", seed) for seed in range(3)]
    waimai = kept_accuracy(WAIMAI, "review", "instant", 0)
    return [
        _at_least("SMS spam, three seeds", sum(sms) / 3, "accuracy", SMS_GOAL),
        _at_least("waimai", waimai, "accuracy", WAIMAI_GOAL),
    ]


def tutorial(data: TaskData, tick: Tick) -> float:
    """Every text padded to 128 tokens, batches of 32, fp32."""
    model, tokenizer = _fresh()
    count = 32 * (TUTORIAL_STEPS + 1)
    rows = tokenizer(
        list(data.train.inputs[:count]),
        padding="max_length",
        truncation=True,
        max_length=128,
        return_tensors="pt",
    )
    targets = torch.tensor([data.labels.index(target) for target in data.train.targets[:count]])
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5)
    ends = []
    for start in range(0, count, 32):
        part = slice(start, start + 32)
        raw = model(rows["input_ids"][part], attention_mask=rows["attention_mask"][part]).logits
        functional.cross_entropy(raw, targets[part]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
        ends.append(tick())
    return 32 * (len(ends) - 1) / (ends[-1] - ends[0])


def plain_trainer(data: TaskData, tick: Tick) -> float:
    """`transformers.Trainer` with its default settings and dynamic padding."""
    model, tokenizer = _fresh()
    read = tokenizer(list(data.train.inputs), truncation=True, max_length=128)["input_ids"]
    rows = [
        {"input_ids": ids, "labels": data.labels.index(target)}
        for ids, target in zip(read, data.train.targets, strict=True)
    ]
    ends = Ends(tick)
    with tempfile.TemporaryDirectory() as folder, quiet():
        settings = TrainingArguments(
            folder, max_steps=TRAINER_STEPS, save_strategy="no", report_to=[], disable_tqdm=True
        )
        collate = DataCollatorWithPadding(tokenizer)
        Trainer(
            model, settings, train_dataset=rows, data_collator=collate, callbacks=[ends]
        ).train()
    at = ends.at
    return settings.per_device_train_batch_size * (len(at) - WARM) / (at[-1] - at[WARM - 1])


def ours(data: TaskData, tick: Tick) -> float:
    """One epoch as the balanced preset trains."""
    base = base_of("minilm")
    params = TASK.params.model_validate({**base.presets["balanced"], "epochs": 1})
    clock = Clock(tick)
    with tempfile.TemporaryDirectory() as folder:
        load_engine(TASK).train(data, params, files_of(base), Path(folder), clock)
    size = int(params.model_dump()["batch_size"])
    return size * (len(clock.ends) - WARM) / (clock.ends[-1] - clock.ends[WARM - 1])


def kept_accuracy(pack: str, text: str, name: str, seed: int) -> float:
    """Return the test accuracy of the model that a job with this base and seed would keep."""
    data = hold_out(read_pack(pack, "train.csv", text), read_pack(pack, "test.csv", text), seed)
    base = base_of(name)
    params = TASK.params.model_validate({**base.presets["balanced"], "base": name, "seed": seed})
    engine = load_engine(TASK)
    with tempfile.TemporaryDirectory() as folder:
        engine.train_instant(data, params, Path(folder), Clock())
        held, tested = _measured(engine.load(Path(folder)), data)
    if name == "instant":
        return tested
    with tempfile.TemporaryDirectory() as folder:
        engine.train(data, params, files_of(base), Path(folder), Clock())
        held_tuned, tested_tuned = _measured(engine.load(Path(folder)), data)
    return tested_tuned if held_tuned > held else tested


def read_pack(pack: str, file: str, text: str) -> TaskData:
    """Read a data pack as training rows."""
    with (PACKS / pack / file).open(encoding="utf-8-sig", newline="") as lines:
        found = list(csv.DictReader(lines))
    ids = [str(number) for number in range(len(found))]
    rows = Rows(ids, [row[text] for row in found], [row["label"] for row in found])
    return TaskData(rows, Rows(), Rows(), tuple(sorted(set(rows.targets))))


def hold_out(whole: TaskData, test: TaskData, seed: int) -> TaskData:
    """Hold a tenth of each class out of the training rows, as validation rows."""
    dice = random.Random(seed)  # noqa: S311  (no secret)
    held: set[int] = set()
    for label in whole.labels:
        of_label = [n for n, target in enumerate(whole.train.targets) if target == label]
        held |= set(dice.sample(of_label, len(of_label) // 10))
    everything = range(len(whole.train))
    train = _chosen(whole.train, [n for n in everything if n not in held])
    return TaskData(train, _chosen(whole.train, sorted(held)), test.train, whole.labels)


def base_of(name: str) -> Base:
    """Return a base of the task's catalogue."""
    return next(base for base in read_models(TASK.folder) if base.name == name)


def files_of(base: Base) -> BaseFiles:
    """Return the files of an embedded base."""
    return BaseFiles(base.name, base.kind, find_folder(base.source))


def _fresh() -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    folder = str(files_of(base_of("minilm")).folder)
    torch.manual_seed(0)
    with quiet():
        model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2)
    return model.train(), AutoTokenizer.from_pretrained(folder)


def _measured(predictor: Predictor, data: TaskData) -> tuple[float, float]:
    """Return macro-F1 on validation rows, which chooses, and accuracy on test rows, which is told."""
    truth, answers = [], []
    for rows in (data.validation, data.test):
        truth.append(class_indices(rows.targets, data.labels))
        answers.append(np.array(predictor.predict(rows.inputs)).argmax(axis=1))
    held = macro_f1(truth[0], answers[0], len(data.labels))
    return held, float((truth[1] == answers[1]).mean())


def _chosen(rows: Rows, numbers: list[int]) -> Rows:
    columns = (rows.ids, rows.inputs, rows.targets)
    return Rows(*([column[number] for number in numbers] for column in columns))


def _at_least(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, unit, f"≥ {goal:g}", value >= goal)
