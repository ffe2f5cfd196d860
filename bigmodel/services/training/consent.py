"""Who may make a voice: asks for a spoken sentence, has it heard in a child, judges what was found, and lets no training begin without it."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bigmodel.base_models import wheels
from bigmodel.base_models.child import records
from bigmodel.base_models.package import WEIGHTS
from bigmodel.core import clock
from bigmodel.core.datasets.dataset import Dataset, Version
from bigmodel.core.errors import JobError, ModelError
from bigmodel.core.ids import is_id, new_id
from bigmodel.core.language import Language
from bigmodel.core.message import Arg, Message
from bigmodel.core.model import Base
from bigmodel.core.people.consent import SPOKEN, Asked, Consent
from bigmodel.core.task import Task
from bigmodel.data import consents
from bigmodel.data.versions.versions import ITEMS, media_folder
from bigmodel.environment import bare_environment
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.tasks import get_task

Listen = Callable[[Mapping[str, Any]], Mapping[str, Any]]

CHILD = "bigmodel.training.synthesis.consenting"
LIMIT_S = 1_200.0
ENCODER, LISTENERS = "ge2e", {"en": ("whisper-base", "whisper-tiny-en"), "zh": ("whisper-base",)}
LEAST_S = 2.0  # of speech
MOST_WRONG = 0.3  # of the sentence, its number aside
# Six people of a public set, digits at 8 kHz: the voice of another reached 0.79, one's own 0.80 to 0.96, and through a
# changed sound 0.70 to 0.93. Within one person's recordings the least like were at most 0.21 below their mean; with
# others among them mostly 0.24 to 0.45. `docs/decisions/0021`.
LEAST_LIKE, MOST_APART = 0.80, 0.22
MOST_COMPARED = 400  # recordings; more are drawn evenly
MOST_NAMED = 5


@dataclass(frozen=True)
class Verdict:
    """What was right of a consent and what was not, a sentence each, and whether it counts."""

    is_given: bool
    lines: tuple[Message, ...]


def require_consent(settings: Settings, version: Version, task: Task) -> None:
    """Let nobody train a voice before its speaker agreed.

    Raises:
        JobError: `consent_missing`.
    """
    if not is_agreed(settings, version, task):
        raise JobError("consent_missing")


def is_agreed(settings: Settings, version: Version, task: Task) -> bool:
    """Tell whether a task may learn from a version: it makes no voice, or the speaker agreed."""
    return not task.asks_consent or consents.find(settings.home / version.folder) is not None


class ConsentService:
    """Consents of the datasets of all owners."""

    def __init__(self, settings: Settings, store: Store, listen: Listen | None = None) -> None:
        """Keep consents; `listen` answers a request as `training/synthesis/consenting` does, by default in a limited child."""
        self._settings, self._store = settings, store
        self._listen = listen or self._in_child
        self._turn = threading.Semaphore(1)  # one child at a time: it takes all cores for a while

    def given(self, version: Version) -> Consent | None:
        """Return the consent that covers a version, if there is one."""
        place = consents.find(self._settings.home / version.folder)
        return consents.read(place) if place else None

    def is_asked(self, task: str) -> bool:
        """Tell whether a task needs a consent at all."""
        return get_task(task, self._settings.task_folders).asks_consent

    def is_wanted(self, version: Version, task: str) -> bool:
        """Tell whether a training of this task on a version waits for a consent."""
        asked = get_task(task, self._settings.task_folders)
        return not is_agreed(self._settings, version, asked)

    def missing(self, language: Language) -> list[Base]:
        """Return the base models that must be fetched before a consent in a language can be heard."""
        known = wheels.read_wheels()
        listeners = LISTENERS[language]
        wanted = [ENCODER] if self._files(ENCODER) is None else []
        if not any(map(self._files, listeners)):
            wanted.append(listeners[0])
        return [wheels.as_base(known[name]) for name in wanted]

    def ask(self, owner: str, dataset_id: str, language: Language) -> Asked:
        """Return a sentence with fresh digits, to be said for the newest version of a dataset.

        Raises:
            ModelError: `consent_bases_missing`.
        """
        dataset = self._store.datasets.get(owner, dataset_id)
        self._require_bases(language)
        asked = Asked.fresh(language, consents.digest_of(self._recordings(dataset)))
        place = self._place(owner, asked.id)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_text(json.dumps(asked.to_json()), "utf-8")
        return asked

    def newest(self, owner: str, dataset_id: str) -> Asked | None:
        """Return the last sentence that was asked for these recordings and has not run out."""
        covers = consents.digest_of(self._recordings(self._store.datasets.get(owner, dataset_id)))
        folder = self._place(owner, "").parent
        found = (self._read(place) for place in sorted(folder.glob("*.json"), reverse=True))
        return next((a for a in found if a and a.is_open and a.covers == covers), None)

    def check(self, owner: str, dataset_id: str, asked_id: str, recording: Path) -> Verdict:
        """Have a recording of the sentence heard; a consent that counts is kept with the dataset, and the sentence is used up.

        Raises:
            JobError: `consent_old`: the sentence has run out, was used, or is of other recordings.
            DatasetError: `sound_*`: the recording cannot be read.
            ModelError: `consent_bases_missing`, `consent_unchecked`.
        """
        dataset = self._store.datasets.get(owner, dataset_id)
        recordings = self._recordings(dataset)
        asked = self._read(self._place(owner, asked_id)) if is_id(asked_id) else None
        if asked is None or not asked.is_open or asked.covers != consents.digest_of(recordings):
            raise JobError("consent_old")
        self._require_bases(asked.language)
        flac = self._settings.scratch / f"consent-{new_id()}.flac"
        try:
            with self._turn:
                found = self._heard(dataset, asked, recording, flac)
            lines = list(self._judged(owner, dataset, asked, found))
            is_given = all(line.level == "info" for line in lines)
            if is_given:
                self._keep(dataset, asked, found, flac.read_bytes())
                self._place(owner, asked.id).unlink(missing_ok=True)
        finally:
            flac.unlink(missing_ok=True)
        return Verdict(is_given, tuple(lines))

    # hearing ------------------------------------------------------------------------------------

    def _heard(self, dataset: Dataset, asked: Asked, recording: Path, flac: Path) -> dict[str, Any]:
        listener = self._listener(asked.language)
        request = {
            "source": str(recording.resolve()),
            "flac": str(flac.resolve()),
            "recordings": [str(path.resolve()) for path in self._compared(dataset)],
            "language": asked.language,
            "sentence": asked.sentence,
            "digits": asked.digits,
            "listener": listener,
            "folder": str(self._folder(listener)),
            "encoder": str(self._folder(ENCODER) / WEIGHTS),
        }
        return {**self._listen(request), "listener": listener}

    def _in_child(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        environment = bare_environment() | {
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(self._settings.scratch.resolve()),
        }
        log = self._settings.run / "consent.log"
        told = records(
            CHILD, request, log, environment=environment, limit_s=LIMIT_S, is_secret=True
        )
        for said in told:
            if "result" in said:
                found: Mapping[str, Any] = said["result"]
                return found
        raise ModelError("consent_unchecked")

    def _compared(self, dataset: Dataset) -> list[Path]:
        """Return the recordings that the voice is compared with, in the order of their rows."""
        version = self._settings.home / dataset.version.folder
        names = self._column(dataset, "input")
        count = min(len(names), MOST_COMPARED)
        return [
            media_folder(version) / names[place * len(names) // count] for place in range(count)
        ]

    def _column(self, dataset: Dataset, name: str) -> list[str]:
        items = self._settings.home / dataset.version.folder / ITEMS
        values: list[str] = pq.read_table(items, columns=[name]).column(name).to_pylist()
        return values

    # judging ------------------------------------------------------------------------------------

    def _judged(
        self, owner: str, dataset: Dataset, asked: Asked, found: Mapping[str, Any]
    ) -> Sequence[Message]:
        """Return what was right or not, a sentence each: anything but `info` refuses."""
        if found["seconds"] < LEAST_S:
            return [_no("silent", seconds=f"{found['seconds']:.1f}", least=f"{LEAST_S:.0f}")]
        if self._is_known(owner, dataset, found["digest"]):
            return [_no("replayed")]
        # Of another number the voice was not heard: it refuses by itself.
        voice = self._voice(dataset, found) if found["digits"] == asked.digits else []
        return [_sentence(asked, found), *voice]

    def _voice(self, dataset: Dataset, found: Mapping[str, Any]) -> Sequence[Message]:
        like = {"likeness": f"{found['likeness']:.2f}", "least": f"{LEAST_LIKE:.2f}"}
        if found["likeness"] < LEAST_LIKE:
            return [_no("other_voice", **like)]
        if found["likeness"] - found["worst"] > MOST_APART:
            names, count = self._column(dataset, "name"), found["compared"]
            step = len(names) / min(len(names), MOST_COMPARED)
            worst = [names[int(place * step)] for place in found["places"]]
            told = ", ".join(worst[:MOST_NAMED]) + (" …" if len(worst) > MOST_NAMED else "")
            return [_no("several_voices", names=told, likeness=f"{found['worst']:.2f}", count=count)]  # fmt: skip
        return [Message("consent.voice", {**like, "count": found["compared"]})]

    def _is_known(self, owner: str, dataset: Dataset, digest: str) -> bool:
        """Tell whether a recording was accepted before, or is one of those that are learned from."""
        owned = (self._settings.datasets / each.id for each in self._store.datasets.list_all(owner))
        used = (c.digest for folder in owned for _, c in consents.all_of(folder))
        return digest in self._recordings(dataset) or digest in used

    # keeping ------------------------------------------------------------------------------------

    def _keep(
        self, dataset: Dataset, asked: Asked, found: Mapping[str, Any], recording: bytes
    ) -> None:
        covered = self._recordings(dataset)
        consent = Consent(
            SPOKEN,
            clock.now(),
            asked.covers,
            language=asked.language,
            sentence=asked.sentence,
            heard=found["heard"],
            listener=found["listener"],
            likeness=round(found["likeness"], 4),
            least=LEAST_LIKE,
            digest=found["digest"],
            recordings=len(covered),
        )
        consents.keep(self._settings.datasets / dataset.id, consent, covered, recording)

    def _recordings(self, dataset: Dataset) -> frozenset[str]:
        return consents.recordings_of(self._settings.home / dataset.version.folder)

    def _place(self, owner: str, asked_id: str) -> Path:
        return self._settings.scratch / "consents" / owner / f"{asked_id}.json"

    def _read(self, place: Path) -> Asked | None:
        try:
            return Asked.from_json(json.loads(place.read_text("utf-8")))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _files(self, name: str) -> Path | None:
        return wheels.find(self._settings.bases, name)

    def _folder(self, name: str) -> Path:
        if (folder := self._files(name)) is None:
            raise ModelError("consent_bases_missing", names=name)
        return folder.resolve()

    def _listener(self, language: Language) -> str:
        return next((name for name in LISTENERS[language] if self._files(name)), "")

    def _require_bases(self, language: Language) -> None:
        if lacking := self.missing(language):
            names = ", ".join(base.name for base in lacking)
            raise ModelError("consent_bases_missing", names=names)


def _sentence(asked: Asked, found: Mapping[str, Any]) -> Message:
    """Return whether the words and the digits are those that were asked for."""
    heard: dict[str, Arg] = {"heard": found["heard"] or "–"}
    if found["digits"] != asked.digits:
        return _no("other_digits", **heard, digits=" ".join(asked.digits))
    if found["wrong"] > MOST_WRONG:
        return _no("other_words", **heard, sentence=asked.sentence)
    return Message("consent.sentence", heard)


def _no(key: str, **args: Arg) -> Message:
    return Message(f"consent.{key}", args, "error")
