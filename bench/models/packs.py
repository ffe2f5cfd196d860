"""What a person reaches on real sets with the commands of the app, test files looked at once: `make bench ARGS=packs`.

`CASES="raccoon waimai" make bench ARGS=packs` runs some of them; all take two hours. Each trains with seed 0 in a
data folder of its own, with the base models of the usual one. Sets lie beside the repository and are not part of it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.figure import PACKS, ROOT, Figure
from bigmodel.settings import Settings

AT_MOST = {
    "wer",
    "eer",
    "bits_per_character",
    "frechet_distance",
    "frechet_share",
    "seconds",
}  # others: at least
PATIENCE_S = 3600


@dataclass(frozen=True)
class Case:
    """A training file, how it is trained, the file it is judged on, and the least (or most) that is wanted."""

    train: str
    test: str
    options: tuple[str, ...]
    goals: Mapping[str, float]
    also: tuple[str, ...] = field(default=())  # measured without a bar
    chosen: tuple[str, ...] = ()  # settings


CASES = {
    "ants_features": Case(
        "g_img_ants_bees/train.zip", "g_img_ants_bees/test.zip",
        ("--base", "lite0-features"), {"accuracy": 0.92},
    ),
    "ants": Case(
        "g_img_ants_bees/train.zip", "g_img_ants_bees/test.zip",
        ("--base", "lite0", "--budget", "120"), {"accuracy": 0.93},
    ),
    "flowers_features": Case(
        "g_img_flowers5/train.zip", "g_img_flowers5/test.zip",
        ("--base", "lite0-features"), {"accuracy": 0.76, "seconds": 300},
    ),
    "flowers": Case(
        "g_img_flowers5/train.zip", "g_img_flowers5/test.zip",
        ("--base", "lite0", "--budget", "300"), {"accuracy": 0.82, "seconds": 310},
    ),
    "waimai": Case(
        "g_text_waimai10k_zh/train.csv", "g_text_waimai10k_zh/test.csv",
        ("--base", "e5", "--budget", "300"),
        {"accuracy": 0.905, "surely_ahead": 0, "seconds": 310},
    ),
    "sms": Case(
        "g_text_sms_spam_en/train.csv", "g_text_sms_spam_en/test.csv",
        ("--base", "minilm"), {"accuracy": 0.985},
    ),
    "words": Case(
        "g_asr_fsdd_words/train.zip", "g_asr_fsdd_words/test.zip", (), {"wer": 0.013},
    ),
    "yes_no": Case("g_asr_yesno/train.zip", "g_asr_yesno/test.zip", (), {"wer": 0.006}),
    "entities": Case(
        "g_ner_wnut17_en/train.conll", "g_ner_wnut17_en/test.conll",
        ("--base", "e5", "--budget", "300"), {"seconds": 310}, ("entity_f1",),
    ),
    "questions": Case(
        "g_qa_cmrc_trial_zh/train.json", "g_qa_cmrc_trial_zh/test.json",
        ("--task", "question_answering", "--base", "e5", "--budget", "300"),
        {"f1": 0.41, "seconds": 310}, ("exact_match",),
    ),
    "translation": Case(
        "g_mt_tatoeba_en_zh/train.csv", "g_mt_tatoeba_en_zh/test.csv",
        ("--task", "translation", "--base", "instant"), {"bleu": 25, "chrf": 21},
    ),
    "raccoon": Case(
        "g_det_raccoon/train.zip", "g_det_raccoon/test.zip",
        ("--task", "object_detection", "--base", "lite0", "--budget", "360"),
        {"map": 0.38, "map_75": 0.30, "seconds": 370}, ("map_50",),
    ),
    "raccoon_fast": Case(
        "g_det_raccoon/train.zip", "g_det_raccoon/test.zip",
        ("--task", "object_detection", "--base", "lite0", "--preset", "fast"),
        {"map": 0.38, "map_75": 0.30, "seconds": 370}, ("map_50",),
    ),
    **{
        f"sharper_{base}_{scale}": Case(
            "g_sr_bsd68_set5/train.zip", "g_sr_bsd68_set5/test.zip",
            ("--task", "image_enhancement", "--base", base, "--budget", "360"),
            {"psnr": goal, "seconds": 370}, ("ssim", "bicubic_psnr"), (f"scale={scale}",),
        )
        for base, scale, goal in (("span", 2, 37.9), ("span", 4, 32.0), ("scratch", 2, 35.0), ("scratch", 4, 29.8))
    },
    **{
        f"made_{base}": Case(
            "g_img_flowers5/train.zip", "g_img_flowers5/test.zip",
            ("--task", "image_generation", "--base", base, "--budget", "360"),
            {"frechet_share": 0.5, "judged_right": 0.6},
            ("frechet_distance", "baseline_frechet_distance", "floor_frechet_distance", "copied", "seconds"),
        )
        for base in ("scratch", "pair")
    },
}  # fmt: skip


def run() -> list[Figure]:
    """Measure the cases that the environment names, else all."""
    if not PACKS.is_dir():
        return []
    named = os.environ.get("CASES", "").split() or list(CASES)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        bases = Settings().home / "bases"
        if bases.is_dir():
            shutil.copytree(bases, home / "bases")
        try:
            return [figure for name in named for figure in _measured(name, CASES[name], home)]
        finally:
            stop_app(home)


def _measured(name: str, case: Case, home: Path) -> Iterator[Figure]:
    began = time.monotonic()
    options = [*case.options, "--set", "seed=0", *case.chosen, "--wait", "--name", name]
    made = ask_app(home, "train", str(PACKS / case.train), *options)
    seconds = time.monotonic() - began
    found = {
        **ask_app(home, "evaluate", made["job"], "--on", str(PACKS / case.test)),
        "seconds": seconds,
    }
    if "baseline_frechet_distance" in found:
        found["frechet_share"] = found["frechet_distance"] / found["baseline_frechet_distance"]
    if ahead := found["ahead"].get("accuracy"):
        found["surely_ahead"] = ahead[
            1
        ]  # the lower end of what it is better than the instant model
    for measure in (*case.goals, *case.also):
        value = float(found[measure])
        goal = case.goals.get(measure)
        yield Figure(f"{name}, {measure}", value, "", *_judged(measure, value, goal))
    for other, numbers in found.get("beside", {}).items():
        for measure in numbers.keys() & {*case.goals, *case.also}:
            yield Figure(f"{name}, {measure}, {other}", float(numbers[measure]), "", "", None)


def stop_app(home: Path) -> None:
    """End what still serves the data folder."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("BIGMODEL_HOME") == str(home):
                process.kill()
                process.wait()


def _judged(measure: str, value: float, goal: float | None) -> tuple[str, bool | None]:
    if goal is None:
        return "", None
    if measure in AT_MOST:
        return f"≤ {goal:g}", value <= goal
    return f"≥ {goal:g}", value >= goal


def ask_app(home: Path, *command: str) -> Any:  # Any: JSON
    environment = {**os.environ, "BIGMODEL_HOME": str(home), "BIGMODEL_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "bigmodel", "--json", *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout[-400:]} {done.stderr[-400:]}")
    return json.loads(done.stdout)
