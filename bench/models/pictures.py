"""How well objects are found, pictures made sharper and pictures made, as a person has it from the command line; `make bench ARGS=pictures`.

Each training is a job of its own on both cores, at most six minutes (`LIMIT_S`), with seed 0. What a training begins from must be on
this machine: `python -m bigmodel bases fetch lite0` and `span`, in the folder that `BIGMODEL_HOME` names.
Data packs lie beside the repository and are not part of it; without them there is nothing to measure.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.figure import PACKS, ROOT, Figure
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.enhancement.plain import shrunk

LIMIT_S = 360
NOISE, SCALE = 15.0, 2
RACCOON, SET5, FLOWERS = "g_det_raccoon", "g_sr_bsd68_set5", "g_img_flowers5"


@dataclass(frozen=True)
class Trial:
    """A training and what its answers to held-out files must reach: by the name of a measure, at least or at most."""

    pack: str
    task: str
    base: str
    chosen: Sequence[str] = ()
    least: Mapping[str, float] = field(default_factory=dict)
    most: Mapping[str, float] = field(default_factory=dict)
    told: Sequence[str] = ()  # without a goal


TRIALS = (
    *(
        Trial(
            RACCOON, "object_detection", "lite0", ("--preset", preset),
            {"map": 0.38, "map_75": 0.30}, told=("map_50",),
        )
        for preset in ("fast", "balanced")
    ),
    Trial(SET5, "image_enhancement", "span", ("--set", "scale=2"), {"psnr": 37.9}, told=("ssim", "bicubic_psnr")),
    Trial(SET5, "image_enhancement", "span", ("--set", "scale=4"), {"psnr": 32.0}, told=("ssim", "bicubic_psnr")),
    Trial(SET5, "image_enhancement", "scratch", ("--set", "scale=2"), {"psnr": 35.0}),
    Trial(SET5, "image_enhancement", "scratch", ("--set", "scale=4"), {"psnr": 29.8}),
    Trial(
        FLOWERS, "image_generation", "scratch", (), {"judged_right": 0.60},
        told=("frechet_distance", "baseline_frechet_distance", "floor_frechet_distance", "copied"),
    ),
    Trial(
        FLOWERS, "image_generation", "pair", (), {},
        told=("frechet_distance", "baseline_frechet_distance", "judged_right", "copied"),
    ),
)  # fmt: skip


def run() -> list[Figure]:
    """Measure every trial, SPAN on noisy pictures, and how long one picture with boxes takes."""
    if not PACKS.is_dir():
        return []
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        (home / "bases").symlink_to(Settings().home / "bases")
        for trial in TRIALS:
            figures += _tried(trial, home)
        figures += _noisy(home, Path(folder))
    return figures


def _tried(trial: Trial, home: Path) -> list[Figure]:
    pack = PACKS / trial.pack
    job, seconds = _train(home, pack / "train.zip", trial)
    found = _measures(home, job, pack / "test.zip")
    name = f"{trial.pack}, {trial.task}, {trial.base} {' '.join(trial.chosen)}, seed 0"
    figures = [Figure(f"{name}: training", seconds, "s", f"≤ {LIMIT_S}", None)]
    for measure in trial.told:
        figures.append(Figure(f"{name}: {measure}", found[measure], "", "", None))
    for measure, goal in trial.least.items():
        value = found[measure]
        figures.append(Figure(f"{name}: {measure}", value, "", f"≥ {goal}", value >= goal))
    if "frechet_distance" in found and "baseline_frechet_distance" in found:
        share = found["frechet_distance"] / found["baseline_frechet_distance"]
        is_met = share <= 0.5 if trial.least else None
        figures.append(Figure(f"{name}: distance over the baseline's", share, "", "≤ 0.5", is_met))
    if trial.task == "object_detection":
        figures.append(_answer_time(home, job, pack / "test.zip"))
    return figures


def _noisy(home: Path, folder: Path) -> list[Figure]:
    """Set5 twice as large: pictures as they are, and with noise; the network learned on made damage."""
    trial = Trial(SET5, "image_enhancement", "span", ("--set", f"scale={SCALE}", "damage=1"))
    job, seconds = _train(home, PACKS / SET5 / "train.zip", trial)
    clean = _measures(home, job, PACKS / SET5 / "test.zip")
    found = _measures(home, job, _noisy_pairs(folder))
    name = "Set5 ×2 after training on made damage, seed 0"
    return [
        Figure(f"{name}: training", seconds, "s", f"≤ {LIMIT_S}", None),
        Figure(f"{name}: clean", clean["psnr"], "dB", "≥ 36.5", clean["psnr"] >= 36.5),
        Figure(f"{name}: noise {NOISE:g}, plain", found["bicubic_psnr"], "dB", "", None),
        Figure(f"{name}: noise {NOISE:g}", found["psnr"], "dB", "> 29.5", found["psnr"] > 29.5),
    ]


def _noisy_pairs(folder: Path) -> Path:
    """Return a ZIP of Set5, small and noisy beside clear, in two folders."""
    place, chance = folder / "noisy.zip", np.random.default_rng(0)
    with zipfile.ZipFile(PACKS / SET5 / "test.zip") as given, zipfile.ZipFile(place, "w") as made:
        names = [name for name in given.namelist() if Path(name).suffix.lower() in (".png", ".bmp")]
        for name in sorted(names):
            with given.open(name) as file, Image.open(file) as picture:
                clear = np.asarray(picture.convert("RGB"))
            height, width = (side - side % SCALE for side in clear.shape[:2])
            small = shrunk(clear[:height, :width], SCALE).astype(np.float64)
            noisy = (small + chance.normal(0, NOISE, small.shape)).round().clip(0, 255)
            for part, pixels in (
                ("input", noisy.astype(np.uint8)),
                ("target", clear[:height, :width]),
            ):
                path = folder / f"{part}.png"
                Image.fromarray(pixels).save(path)
                made.write(path, f"{part}/{Path(name).stem}.png")
    return place


def _answer_time(home: Path, job: str, test: Path) -> Figure:
    """Return what one picture costs a loaded model, of this process alone."""
    [folder] = [path for path in (home / "jobs" / job).glob("*/models/tuned") if path.is_dir()]
    model = load_engine(get_task("object_detection")).load(folder)
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(test) as archive:
        archive.extractall(place)
        paths = sorted(str(path) for path in Path(place).rglob("*.jpg"))
        model.answer(paths[:3])
        start, worked = time.perf_counter(), time.process_time()
        model.answer(paths)
        passed, own = time.perf_counter() - start, time.process_time() - worked
    spent = 1000 * min(passed, own) / len(paths)
    return Figure("a picture with boxes, file to answer", spent, "ms", "≤ 60", spent <= 60)


def _train(home: Path, file: Path, trial: Trial) -> tuple[str, float]:
    start = time.perf_counter()
    record = _command(
        home, "train", str(file), "--task", trial.task, "--base", trial.base, *trial.chosen,
        "--budget", str(LIMIT_S), "--wait",
    )  # fmt: skip
    return record["job"], time.perf_counter() - start


def _measures(home: Path, job: str, file: Path) -> dict[str, Any]:
    record: dict[str, Any] = _command(home, "evaluate", job, "--on", str(file))
    return record


def _command(home: Path, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "bigmodel", *arguments, "--json"],
        cwd=ROOT,
        env=os.environ | {"BIGMODEL_HOME": str(home), "BIGMODEL_OFFLINE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return json.loads(done.stdout)
