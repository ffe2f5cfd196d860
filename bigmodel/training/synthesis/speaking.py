"""Texts in, made speech out, with whatever voice; and what a listener understands of it where that is asked. It trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bigmodel.answers.spoken import ANSWER, LISTEN, Spoken
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.core.errors import DatasetError, ModelError
from bigmodel.data.media.audio import read_sound, write_sound
from bigmodel.data.media.made import made_wav
from bigmodel.training.speaker.takes import Ear
from bigmodel.training.speaker.voice import speech
from bigmodel.training.synthesis.alike import find_ear, likenesses
from bigmodel.training.synthesis.hearing import Listener, find_listener, wrong_in
from bigmodel.training.synthesis.library import VOICE_HZ, SpokenText, VoiceSound

PAUSE = ANSWER.dials[0]
NATURAL_GAP_S = 0.15  # between recordings of single words that are heard together


class Voice(Protocol):
    """What speaks: pieces of recordings, or a network."""

    @property
    def about(self) -> Mapping[str, Any]:
        """`next`: sentences to record next."""

    @property
    def is_english(self) -> bool:
        """Whether a listener should expect English."""

    def say(self, text: str, pause_s: float = 0.0) -> SpokenText:
        """Return a text as this voice says it, with so much more pause between its parts."""


@dataclass(frozen=True)
class Question:
    """A text to say; where it is measured, with its recordings, and whether it is listened to."""

    text: str
    recordings: tuple[str, ...] = ()
    is_heard: bool = False

    @classmethod
    def of(cls, asked: str) -> "Question":
        """Return what an input asks, as `SpokenType.asked` joined it."""
        text, *more = parts_of(asked)
        if not more:
            return cls(text)
        if LISTEN not in more[1:2]:
            return cls(text, (more[0],))
        others = more[2:]
        return cls(" ".join([text, *others[::2]]), (more[0], *others[1::2]), is_heard=True)


class VoicePredictor:
    """A loaded voice. It needs torch only where somebody asks for a listener."""

    labels: tuple[str, ...] = ()

    def __init__(self, voice: Voice, folder: Path) -> None:
        self._voice, self._folder = voice, folder
        self._listener: Listener | None = None
        self._ear: Ear | None = None
        self._longest = 0  # letters that the listener is ready for

    def answer(self, inputs: Sequence[str]) -> list[Spoken]:
        """Return the sound of each text; of those that are measured only what is listened to is kept."""
        asked = [Question.of(one) for one in inputs]
        said = [self._voice.say(one.text) for one in asked]
        found = [self._told(*pair) for pair in zip(asked, said, strict=True)]
        places = [place for place, one in enumerate(asked) if one.is_heard]
        heard = self._heard([asked[at] for at in places], [said[at] for at in places])
        for place, about in zip(places, heard, strict=True):
            found[place] = replace(found[place], **about)
        return found

    def stream(self, text: str) -> Iterator[Spoken]:
        """Yield the sound of a text: it comes whole."""
        yield from self.stream_by(text, {})

    def stream_by(self, text: str, dials: Mapping[str, float]) -> Iterator[Spoken]:
        """Yield the sound of a text, with so much more pause between its pieces.

        Raises:
            ModelError: `text_missing`.
        """
        if not text.strip():
            raise ModelError("text_missing")
        said = self._voice.say(text, dials.get(PAUSE.name, PAUSE.start))
        yield self._told(Question(text.strip()), said)

    def _told(self, asked: Question, said: SpokenText) -> Spoken:
        is_kept = asked.is_heard or not asked.recordings
        return Spoken(
            asked.text,
            len(said.sound) / VOICE_HZ,
            len(said.said),
            said.missing,
            said.pieces,
            made_wav(said.sound) if is_kept else b"",
            next=tuple(self._voice.about.get("next", ())) if asked.is_heard else (),
        )

    def _heard(self, asked: Sequence[Question], said: Sequence[SpokenText]) -> list[dict[str, Any]]:
        """Return what a listener gets of made and of natural speech; nothing but the recording where there is none."""
        natural = [_natural(one.recordings) for one in asked]
        about: list[dict[str, Any]] = [{"natural": write_sound(one)} for one in natural]  # fmt: skip
        if asked and (ear := self._ear or find_ear(self._folder)):
            self._ear = ear
            for place, pair in likenesses([one.sound for one in said], natural, ear).items():
                about[place] |= dict(zip(("like", "natural_like"), pair, strict=True))
        if not asked or not (listener := self._listen_by(asked)):
            return about
        texts = listener.hear([one.sound for one in said]), listener.hear(natural)
        for place, (mine, own) in enumerate(zip(*texts, strict=True)):
            text, keys = asked[place].text, said[place].said
            about[place] |= {"listener": listener.name, "heard": mine, "heard_natural": own}
            about[place] |= {
                "wrong": wrong_in(text, keys, mine),
                "natural_wrong": wrong_in(text, keys, own),
            }
        return about

    def _listen_by(self, asked: Sequence[Question]) -> Listener | None:
        """Return the listener of this installation, loaded again for longer texts, since it is stopped where it counts on for ever; None where none was fetched."""
        longest = max((one.text for one in asked), key=len)
        is_short = self._listener is None or len(longest) > self._longest
        if is_short and (found := find_listener(self._folder, asked[0].text)):
            paths = [path for one in asked for path in one.recordings]
            language = "en" if self._voice.is_english else "auto"
            self._longest = len(longest)
            self._listener = Listener(
                *found,
                text=longest,
                paths=paths,
                language=language,
            )
        return self._listener


def _natural(paths: Sequence[str]) -> VoiceSound:
    """Return recordings one after another; one that cannot be read any more is left out."""
    silence = np.zeros(int(NATURAL_GAP_S * VOICE_HZ), np.float32)
    parts: list[VoiceSound] = []
    for path in paths:
        try:
            sound = read_sound(Path(path), VOICE_HZ)
        except DatasetError:
            continue
        parts += [silence, speech(sound)] if parts else [speech(sound) if len(paths) > 1 else sound]
    return np.concatenate(parts) if parts else silence
