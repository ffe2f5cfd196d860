"""A speaker's recordings with what listens to them replaced: consents are asked, heard and kept as in life."""

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.people.consent import Asked
from bigmodel.data.media.audio import read_sound, write_sound
from bigmodel.services.studio import Services
from bigmodel.services.training import consent
from bigmodel.services.training.consent import ConsentService, Verdict
from tests.fakes.services import real_services
from tests.fakes.spoken import write_spoken
from tests.fakes.workshop import OWNER, quick_settings

WORDS = ("ab", "no", "ba", "on")


@dataclass
class Ears:
    """What a listener reports; by default the sentence that was asked for, in the voice of the recordings."""

    asked: Asked | None = None
    told: dict[str, Any] = field(default_factory=dict)
    requests: list[Mapping[str, Any]] = field(default_factory=list)

    def listen(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self.requests.append(request)
        content = write_sound(read_sound(Path(request["source"])))
        Path(request["flac"]).write_bytes(content)
        right = {
            "seconds": 5.0,
            "digest": sha256(content).hexdigest(),
            "heard": request["sentence"],
            "digits": self.asked.digits if self.asked else "",
            "wrong": 0.0,
            "likeness": 0.93,
            "worst": 0.85,
            "places": [0],
            "compared": len(request["recordings"]),
        }
        return right | self.told


@dataclass
class Speaker:
    """Services with a dataset of one person's recordings, and what is needed to agree."""

    services: Services
    consents: ConsentService
    dataset: Dataset
    ears: Ears
    folder: Path

    def ask(self) -> Asked:
        self.ears.asked = self.consents.ask(OWNER, self.dataset.id, "en")
        return self.ears.asked

    def say(self, asked: Asked, *, take: int = 0, **told: Any) -> Verdict:
        """Bring recording number `take` of a sentence, of which `told` is heard."""
        self.ears.told = told
        recording = write_spoken(self.folder / f"said-{take}.wav", "ab no ab no", seed=100 + take)
        return self.consents.check(OWNER, self.dataset.id, asked.id, recording)


def voice_zip(path: Path, *, rows: int = 12, first: int = 0) -> Path:
    """Write a ZIP of recordings with their texts."""
    table = io.StringIO()
    lines = csv.writer(table, lineterminator="\n")
    lines.writerow(("file", "text"))
    with zipfile.ZipFile(path, "w") as package:
        for number in range(first, first + rows):
            text = WORDS[number % len(WORDS)]
            take = write_spoken(path.with_name(f"take-{number}.wav"), text, seed=number)
            package.write(take, take.name)
            lines.writerow((take.name, text))
        package.writestr("transcripts.csv", table.getvalue())
    return path


def speaker(place: Path, monkeypatch: pytest.MonkeyPatch) -> Speaker:
    """Return a speaker whose bases are there, as far as anybody looks."""
    monkeypatch.setattr(consent.wheels, "find", lambda _bases, name: place / name)
    services = real_services(quick_settings(place / "home", task_folders=()))
    file = voice_zip(place / "voice.zip")
    dataset = services.datasets.import_file(OWNER, file, task="speech_synthesis")
    ears = Ears()
    mine = ConsentService(services.settings, services.jobs._store, ears.listen)
    return Speaker(services, mine, dataset, ears, place)
