"""Pictures with noise made sharper, and what a picture with boxes costs; `make bench ARGS=pictures`. Other figures of pictures: `packs`.

Trains with seed 0 in a data folder of its own, with the base models of the usual one (`lite0`, `span`). Sets lie beside
the repository and are not part of it.
"""

import shutil
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from bench.figure import PACKS, Figure
from bench.models.packs import ask_app, stop_app
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.enhancement.plain import shrunk

SET5, RACCOON = PACKS / "g_sr_bsd68_set5", PACKS / "g_det_raccoon"
NOISE, SCALE = 15.0, 2
NOISY_GOAL, CLEAN_GOAL, ANSWER_MS = 29.5, 36.5, 60.0
# Many small patches rather than few large ones: what is to be learned is noise, which has no far structure.
SETTINGS = (
    f"scale={SCALE}", "damage=0.8", "patch=32", "patches=3200", "epochs=4", "learning_rate=2e-4", "seed=0",
)  # fmt: skip
TUNED = ("--task", "image_enhancement", "--base", "span", "--budget", "360", "--wait")
FOUND = ("--task", "object_detection", "--base", "lite0", "--preset", "fast", "--wait")


def run() -> list[Figure]:
    """Measure both."""
    if not PACKS.is_dir():
        return []
    with tempfile.TemporaryDirectory() as folder:
        home, bases = Path(folder) / "home", Settings().home / "bases"
        home.mkdir()
        if bases.is_dir():
            shutil.copytree(bases, home / "bases")
        try:
            return [*_noisy(home, Path(folder)), _answer_time(home)]
        finally:
            stop_app(home)


def _noisy(home: Path, folder: Path) -> list[Figure]:
    """Set5 twice as large: pictures as they are, and with noise; the network learned on made damage."""
    job = ask_app(home, "train", str(SET5 / "train.zip"), *TUNED, "--set", *SETTINGS)["job"]
    clean = ask_app(home, "evaluate", job, "--on", str(SET5 / "test.zip"))
    found = ask_app(home, "evaluate", job, "--on", str(_noisy_pairs(folder)))
    name = "Set5 ×2 after training on made damage"
    is_clean, is_noisy = clean["psnr"] >= CLEAN_GOAL, found["psnr"] > NOISY_GOAL
    return [
        Figure(f"{name}, clean", clean["psnr"], "dB", f"≥ {CLEAN_GOAL}", is_clean),
        Figure(f"{name}, noise {NOISE:g}", found["psnr"], "dB", f"> {NOISY_GOAL}", is_noisy),
        Figure(f"{name}, noise {NOISE:g}, bicubic", found["bicubic_psnr"], "dB", "", None),
    ]


def _noisy_pairs(folder: Path) -> Path:
    """Return a ZIP of Set5, small and noisy beside clear, in two folders."""
    place, chance = folder / "noisy.zip", np.random.default_rng(0)
    with zipfile.ZipFile(SET5 / "test.zip") as given, zipfile.ZipFile(place, "w") as made:
        for name in sorted(given.namelist()):
            if Path(name).suffix.lower() not in (".png", ".bmp", ".jpg"):
                continue
            with given.open(name) as file, Image.open(file) as picture:
                clear = np.asarray(picture.convert("RGB"))
            height, width = (side - side % SCALE for side in clear.shape[:2])
            clear = clear[:height, :width]
            small = shrunk(clear, SCALE).astype(np.float64)
            noisy = (small + chance.normal(0, NOISE, small.shape)).round().clip(0, 255)
            for part, pixels in (("input", noisy.astype(np.uint8)), ("target", clear)):
                path = folder / "part.png"
                Image.fromarray(pixels).save(path)
                made.write(path, f"{part}/{Path(name).stem}.png")
    return place


def _answer_time(home: Path) -> Figure:
    """One picture after the other by a loaded model, in this process: the time that passed or that it worked, whichever is less."""
    job = ask_app(home, "train", str(RACCOON / "train.zip"), *FOUND, "--set", "seed=0")["job"]
    [folder] = (home / "jobs" / job).glob("*/models/tuned")
    model = load_engine(get_task("object_detection")).load(folder)
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(RACCOON / "test.zip") as archive:
        archive.extractall(place)
        paths = sorted(str(path) for path in Path(place).rglob("*.jpg"))
        model.answer(paths[:3])
        start, worked = time.perf_counter(), time.process_time()
        model.answer(paths)
        spent = min(time.perf_counter() - start, time.process_time() - worked)
    each, goal = 1000 * spent / len(paths), f"≤ {ANSWER_MS:g}"
    return Figure("a picture with boxes, file to answer", each, "ms", goal, each <= ANSWER_MS)
