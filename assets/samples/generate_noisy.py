"""Writes the sample of clean recordings and noises beside it, from the made-up voices and from rules; never run by the app.

`python -m assets.samples.generate_noisy` takes the first half of `voices_en.zip`: the other half is heard in training.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import soundfile

from bigmodel.data.media.noise import made as noises

HERE = Path(__file__).parent
VOICES, OUT = HERE / "voices_en.zip", HERE / "noisy_en.zip"
EPOCH = (2026, 1, 1, 0, 0, 0)  # of every file, so that the same run writes the same bytes
NOISE_S = 5.0
MADE = {  # by what a person might call a recording of it
    "fan": noises.pink, "mains": noises.hum, "keys": noises.clicks, "wind": noises.coloured,
    "engine": noises.engine, "alarm": noises.calls, "paper": noises.puffs, "hiss": noises.white,
}  # fmt: skip


def main() -> None:
    """Write the ZIP."""
    with zipfile.ZipFile(VOICES) as voices, zipfile.ZipFile(OUT, "w") as archive:
        names = sorted(name for name in voices.namelist() if name.endswith(".ogg"))
        for name in names[: len(names) // 2]:
            path = f"clean/{Path(name).name}"
            archive.writestr(zipfile.ZipInfo(path, EPOCH), voices.read(name))
        for seed, (name, make) in enumerate(MADE.items()):
            noise = make(int(NOISE_S * noises.RATE), np.random.default_rng(seed))
            out = io.BytesIO()
            level = 0.1 * noise / np.abs(noise).max()
            soundfile.write(out, level, noises.RATE, format="OGG", subtype="VORBIS")
            archive.writestr(zipfile.ZipInfo(f"noise/{name}.ogg", EPOCH), out.getvalue())


if __name__ == "__main__":
    main()
