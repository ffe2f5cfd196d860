"""What a speaker agrees to before anybody makes a voice of their recordings: the sentence to be said, and what is kept of it; no file is read here."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from bigmodel.core import clock
from bigmodel.core.ids import new_id
from bigmodel.core.language import Language
from bigmodel.core.message import Arg, Message

DIGITS = 6  # of a number: one in a million old recordings has the same
VALID = timedelta(minutes=15)
SPOKEN: Literal["spoken"] = "spoken"
MADE_UP: Literal["made_up"] = "made_up"
NAMES: Mapping[str, Sequence[str]] = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "zh": tuple("零一二三四五六七八九"),
}
# None of them says a digit outside of the number.
SENTENCES: Mapping[str, str] = {
    "en": "I agree that this computer learns my voice. My number is {digits}.",
    "zh": "我同意让这台电脑学习我的声音。我的号码是{digits}。",
}
BETWEEN = {"en": ", ", "zh": "，"}  # pauses: digits that run into each other are heard as one


def sentence_of(language: Language, digits: str) -> str:
    """Return the sentence with a number, its digits spelled out."""
    spelled = BETWEEN[language].join(NAMES[language][int(digit)] for digit in digits)
    return SENTENCES[language].format(digits=spelled)


@dataclass(frozen=True)
class Asked:
    """A sentence that somebody was asked to say: of which recordings (`covers`, a digest of all of them), and until when."""

    id: str
    language: Language
    digits: str
    covers: str
    until: datetime

    @classmethod
    def fresh(cls, language: Language, covers: str) -> "Asked":
        """Return a new one with digits that nobody can guess."""
        digits = "".join(str(secrets.randbelow(10)) for _ in range(DIGITS))
        return cls(new_id(), language, digits, covers, clock.now() + VALID)

    @property
    def sentence(self) -> str:
        return sentence_of(self.language, self.digits)

    @property
    def is_open(self) -> bool:
        return clock.now() < self.until

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"until": self.until.isoformat()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Asked":
        return cls(**{**value, "until": datetime.fromisoformat(value["until"])})


@dataclass(frozen=True)
class Consent:
    """What is kept of a consent: a sentence that was said, or that our own generator made up the voice and nobody speaks.

    `digest` is that of the recording (FLAC), `covers` that of all recordings it was given for. `likeness` is the cosine of
    the voice and those recordings, `least` what it had to reach.
    """

    kind: Literal["spoken", "made_up"]
    at: datetime
    covers: str
    language: str = ""
    sentence: str = ""
    heard: str = ""
    listener: str = ""
    likeness: float = 0.0
    least: float = 0.0
    digest: str = ""
    recordings: int = 0

    @property
    def told(self) -> Message:
        """The consent as a sentence."""
        if self.kind != SPOKEN:
            return Message("consent.made_up")
        args: dict[str, Arg] = {"at": f"{self.at:%Y-%m-%d %H:%M} UTC", "sentence": self.sentence}
        args |= {"likeness": f"{self.likeness:.2f}", "least": f"{self.least:.2f}"}
        return Message("consent.given", {**args, "listener": self.listener})

    def to_json(self) -> dict[str, Any]:
        return {"v": 1, **asdict(self), "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Consent":
        known = {field.name: value[field.name] for field in fields(cls) if field.name in value}
        return cls(**{**known, "at": datetime.fromisoformat(known["at"])})
