"""Recordings without end: cut at their pauses, written down piece by piece, told who speaks; they lie in the scratch folder for hours.

Each piece is a small file, so an hour takes no more memory than a sentence, any model of voices can be asked
about it, and what was heard stays when somebody stops.
"""

import csv
import io
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bigmodel.core.answer import Answer, AnswerType
from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.inputs import join_inputs
from bigmodel.core.errors import ModelError
from bigmodel.core.ids import new_id
from bigmodel.core.model import TrainedModel
from bigmodel.core.results import subtitles
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.talk import Piece, Talk
from bigmodel.jobs.artifacts import Artifacts
from bigmodel.services.inference.predict import InferenceService
from bigmodel.services.inference.ready_bases import ReadyBase, ReadyBases
from bigmodel.services.inference.talks.cutting import cut
from bigmodel.services.inference.talks.store import TalkStore
from bigmodel.services.people.limits import Limits
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings

DEMO = "voice"
USUAL_S, TURN_S = (
    10.0,
    2.5,
)  # of a piece: heard quickly, for one under five seconds takes a window of thirty; and where people take turns
SLICE_S = 5.0  # of asking a model at once, so that rows come and a stop is heard
MOST_AT_ONCE = 16  # pieces
MOST_TOGETHER = 8  # of one turn: half a minute is sure enough
BASE = "base:"  # before the name of a listener that was never trained
SUBTITLES = {"srt": subtitles.srt, "vtt": subtitles.vtt}
KINDS = (*SUBTITLES, "csv", "zip")


@dataclass(frozen=True)
class Listener:
    """A model that can write speech down: a trained one, or a base as it is (`ready`)."""

    id: str
    name: str
    model: TrainedModel | None = None
    ready: ReadyBase | None = None

    @property
    def is_here(self) -> bool:
        return self.ready is None or self.ready.is_here


class Talks:
    """The long recordings of all owners."""

    def __init__(
        self,
        settings: Settings,
        inference: InferenceService,
        serving: Serving,
        ready: ReadyBases,
        limits: Limits,
    ) -> None:
        self._settings, self._inference, self._serving = settings, inference, serving
        self._ready = ready
        self._kept = TalkStore(settings.scratch / "talks", limits)
        self._stopped: set[str] = set()

    # who can be asked ---------------------------------------------------------------------------

    def listeners(self, owner: str) -> list[Listener]:
        """Return what can write speech down: bases as they are, then trained models, the newest first."""
        models = self._models(owner)
        trained = [Listener(m.id, m.name, model=m) for m, kind in models if kind.is_text]
        ready = [one for one in self._ready.of(DEMO) if one.kind.is_text]
        return [*(Listener(f"{BASE}{r.base.name}", r.base.name, ready=r) for r in ready), *trained]

    def has_others(self, owner: str) -> bool:
        """Return whether something of this demo was trained: what listens without training is then not what is looked for."""
        return bool(self._inference.models(owner, DEMO))

    def tellers(self, owner: str) -> list[TrainedModel]:
        """Return the models that say who speaks, the newest first."""
        return [model for model, kind in self._models(owner) if kind.has_claims]

    def listener(self, owner: str, asked: str) -> Listener:
        """Return a listener by its id, the name of a base, or the id of a job.

        Raises:
            NotFoundError: there is no such model.
            ModelError: `listener_writes_nothing`.
        """
        name = asked.removeprefix(BASE)
        ready = self._ready.find(DEMO, name)
        if ready and ready.kind.is_text:
            return Listener(f"{BASE}{name}", name, ready=ready)
        model = self._inference.resolve(owner, asked)
        if not self._inference.answers_of(model).is_text:
            raise ModelError("listener_writes_nothing", name=model.name)
        return Listener(model.id, model.name, model=model)

    def _models(self, owner: str) -> list[tuple[TrainedModel, AnswerType]]:
        models = self._inference.models(owner, DEMO)
        return [(model, self._inference.answers_of(model)) for model in models]

    # what is done -------------------------------------------------------------------------------

    def begin(
        self,
        owner: str,
        path: Path,
        name: str,
        *,
        in_turns: bool = False,
        progress: OnShare | None = None,
    ) -> Talk:
        """Cut a recording at its pauses; `in_turns` into shorter pieces, since people take turns.

        Raises:
            DatasetError: `sound_*` or `reader_*`: it cannot be read.
        """
        made = new_id()
        with self._kept.fresh(owner, made) as folder:
            usual_s = TURN_S if in_turns else USUAL_S
            seconds, pieces = cut(self._settings, path, folder, usual_s, progress)
            talk = Talk(made, name, seconds, pieces)
            self._kept.put(owner, talk)
        return talk

    def hear(self, owner: str, talk_id: str, asked: str, language: str = "") -> Iterator[Talk]:
        """Write down what was not heard yet, and yield the recording after every few pieces.

        Whoever stops asking for more, or calls `stop`, ends it after the pieces at hand; asked again it goes on there.

        Raises:
            ModelError: the model cannot be asked, or is no listener.
        """
        listener = self.listener(owner, asked)
        folder, kind = self._asked(listener, language)

        talk = self._kept.get(owner, talk_id)
        waiting = [(n,) for n, piece in enumerate(talk.pieces) if piece.sure is None]
        labels = listener.model.labels if listener.model else ()
        for groups, answers in self._in_slices(owner, talk_id, folder, waiting):
            changes = {
                n: partial(_heard, kind.decode(row, labels))
                for (n,), row in zip(groups, answers, strict=True)
            }
            yield self._kept.change(owner, talk_id, changes, listener=listener.name)

    def tell(self, owner: str, talk_id: str, asked: str) -> Iterator[Talk]:
        """Say who speaks in every piece in which something is said, and yield the recording after every few.

        Pieces one after another that are likest to the same person are asked about again as one: together they are surer.

        Raises:
            ModelError: the model cannot be asked.
        """
        model = self._inference.resolve(owner, asked)
        kind = self._inference.answers_of(model)
        talk = self._kept.get(owner, talk_id)
        folder = Artifacts(self._settings.home).path(model.folder)
        alone = [(number - 1,) for number, _ in talk.said()]
        answers: dict[int, Answer] = {}
        for groups, rows in self._in_slices(owner, talk_id, folder, alone):
            found = {
                n: kind.decode(row, model.labels) for (n,), row in zip(groups, rows, strict=True)
            }
            answers |= found
            changes = {n: partial(_told, answer) for n, answer in found.items()}
            yield self._kept.change(owner, talk_id, changes, teller=model.name)
        if not kind.has_claims or talk_id in self._stopped:
            return
        for groups, rows in self._in_slices(owner, talk_id, folder, _turns(answers)):
            told = zip(groups, (kind.decode(row, model.labels) for row in rows), strict=True)
            changes = {n: partial(_told, one) for group, one in told if one.text for n in group}
            yield self._kept.change(owner, talk_id, changes, teller=model.name)

    def stop(self, owner: str, talk_id: str) -> None:
        """End the hearing of a recording after the pieces at hand; what was heard stays."""
        self._stopped.add(self._kept.get(owner, talk_id).id)

    def correct(self, owner: str, talk_id: str, number: int, text: str) -> Talk:
        """Put a person's text in the place of what was heard in a piece; the first has number 1."""

        clean = " ".join(text.split())
        change = {number - 1: lambda piece: replace(piece, text=clean, is_corrected=True)}
        return self._kept.change(owner, talk_id, change)

    def forget(self, owner: str, talk_id: str) -> None:
        """Delete a recording with its pieces."""
        self._kept.remove(owner, talk_id)

    def get(self, owner: str, talk_id: str) -> Talk:
        """Return a recording as far as it was heard.

        Raises:
            NotFoundError: `talk_gone`.
        """
        return self._kept.get(owner, talk_id)

    def newest(self, owner: str) -> Talk | None:
        """Return the recording that was worked on last: after a page was loaded again, or on another device."""
        return self._kept.newest(owner)

    def view(self, owner: str, talk: Talk, asked: str) -> Panel:
        """Return what was heard as any answer of its listener is drawn."""
        _, kind = self._asked(self.listener(owner, asked), "")
        sure = [piece.sure or 0.0 for _, piece in talk.said()]
        told = {
            "text": " ".join(piece.text for _, piece in talk.said()),
            "scores": [sum(sure) / max(1, len(sure))],
        }
        return kind.view(kind.decode(told, ()))

    def piece(self, owner: str, talk_id: str, number: int) -> Path:
        """Return the file of a piece; the first has number 1.

        Raises:
            NotFoundError: `talk_gone`.
        """
        return self._kept.piece(owner, talk_id, number)

    def write(self, owner: str, talk_id: str, kind: str, out: Path, unheard: str = "") -> None:
        """Write subtitles (`srt`, `vtt`; `unheard` is said where no more was heard), a table (`csv`), or a data set of pieces with their texts (`zip`)."""
        talk = self._kept.get(owner, talk_id)
        if kind == "zip":
            self._pack(owner, talk, out)
        elif kind == "csv":
            out.write_text(_table(talk), "utf-8-sig", newline="")
        else:
            out.write_text(SUBTITLES[kind](talk.segments(unheard)), "utf-8")

    def _pack(self, owner: str, talk: Talk, out: Path) -> None:
        """Write a ZIP as speech is learned from: `transcripts.csv` names each piece with its text."""
        rows = [("file", "text", *(("speaker",) if talk.teller else ()))]
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:  # FLAC is packed already
            for number, piece in talk.said():
                file = self._kept.piece(owner, talk.id, number)
                name = f"pieces/{file.name}"
                package.write(file, name)
                rows.append((name, piece.text, *((piece.speaker,) if talk.teller else ())))
            package.writestr("transcripts.csv", _csv(rows))

    # asking -------------------------------------------------------------------------------------

    def _asked(self, listener: Listener, language: str) -> tuple[Path, AnswerType]:
        if listener.ready:
            return self._ready.folder(listener.ready, language), listener.ready.kind
        assert listener.model is not None  # noqa: S101 - it is one or the other
        folder = Artifacts(self._settings.home).path(listener.model.folder)
        return folder, self._inference.answers_of(listener.model)

    def _in_slices(
        self, owner: str, talk_id: str, folder: Path, groups: Sequence[tuple[int, ...]]
    ) -> Iterator[tuple[Sequence[tuple[int, ...]], Sequence[Mapping[str, Any]]]]:
        """Yield the answers to some groups of pieces at a time, as many as are answered in some seconds."""
        self._stopped.discard(talk_id)
        done, count = 0, 1
        while done < len(groups) and talk_id not in self._stopped:
            asked = groups[done : done + count]
            paths = ([self._kept.piece(owner, talk_id, n + 1) for n in group] for group in asked)
            files = [join_inputs([str(path.resolve()) for path in each]) for each in paths]
            began = time.monotonic()
            try:
                answers = self._serving.answers(folder, files)
            except ModelError as error:
                if error.key != "serving_timeout" or count == 1:
                    raise
                count = 1  # the computer became busy: an hour must not end for that
                continue
            each_s = (time.monotonic() - began) / len(asked)
            yield asked, answers
            done += len(asked)
            count = max(1, min(MOST_AT_ONCE, 4 * count, int(SLICE_S / max(each_s, 1e-3))))


def _heard(answer: Answer, piece: Piece) -> Piece:
    text = piece.text if piece.is_corrected else answer.text.strip()
    return replace(piece, text=text, sure=answer.certainty or 0.0)


def _turns(answers: Mapping[int, Answer]) -> list[tuple[int, ...]]:
    """Return pieces one after another that are likest to one person, where not all of them were named."""
    runs: list[list[int]] = []
    for n, answer in answers.items():
        is_same = bool(runs) and answers[runs[-1][-1]].likest == answer.likest
        if is_same and len(runs[-1]) < MOST_TOGETHER:
            runs[-1].append(n)
        else:
            runs.append([n])
    return [tuple(run) for run in runs if len(run) > 1 and not all(answers[n].text for n in run)]


def _told(answer: Answer, piece: Piece) -> Piece:
    return replace(piece, speaker=answer.text)


def _table(talk: Talk) -> str:
    """Return what is said when as CSV, with who says it where that is known."""
    rows = [("start", "end", "text", *(("speaker",) if talk.teller else ()))]
    for _, piece in talk.said():
        who = (piece.speaker,) if talk.teller else ()
        rows.append((f"{piece.start:.2f}", f"{piece.end:.2f}", piece.text, *who))
    return _csv(rows)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
