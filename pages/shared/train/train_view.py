"""Base models, times and what a hub says, drawn for people. Every text of a person or a hub is escaped here."""

import hashlib
import json
from collections.abc import Sequence
from html import escape
from typing import Protocol

from bigmodel.core.callbacks import Say, Tell
from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.message import Message
from bigmodel.core.model import BaseChoice
from bigmodel.core.task import INSTANT, PRESETS
from bigmodel.words import Words

ANY = "any"
SHOWN_LANGUAGES = 3
HOUR = 90.0  # minutes from which on hours are said


class HubFacts(Protocol):
    """What a hub says about a model."""

    @property
    def id(self) -> str: ...
    @property
    def size_mb(self) -> float: ...
    @property
    def licence(self) -> str: ...
    @property
    def languages(self) -> tuple[str, ...]: ...
    @property
    def architecture(self) -> str: ...
    @property
    def revision(self) -> str: ...


def about_bases(choices: Sequence[BaseChoice], say: Say) -> str:
    """Return what stands above the bases: nothing of a baseline where the task has none."""
    return say("train.tuned_too") if any(one.base.name == INSTANT for one in choices) else ""


def base_name(base: str, task: str, words: Words, say: Say) -> str:
    """Return what a base is called: its words in the task, else its own name."""
    key = f"tasks.{task}.bases.{base}.name"
    return say(key) if words.has(key) else base


def card(choice: BaseChoice, name: str, say: Say, tell: Tell, *, speaks: bool = True) -> str:
    """Return a choice as the lines of a radio button: name, facts, reason. `speaks`: languages matter."""
    facts = _facts(choice, say, speaks=speaks)
    return "\n".join([name, *([facts] if facts else []), tell(choice.reason)])


def unfit(choices: Sequence[tuple[BaseChoice, str]], say: Say, tell: Tell) -> str:
    """Return what does not suit, each with its reason, or nothing."""
    if not choices:
        return ""
    rows = "".join(
        f"<li><b>{escape(name)}</b>: {escape(tell(choice.reason))}</li>" for choice, name in choices
    )
    title = escape(say("pages.train.unfit"))
    return f'<div class="bm-muted"><p>{title}</p><ul>{rows}</ul></div>'


def preset_choices(minutes: dict[str, float], say: Say) -> list[tuple[str, str]]:
    """Return fast, balanced and thorough with the time they are expected to take."""
    return [
        (f"{say(f'pages.train.preset_{preset}')} · {duration(minutes[preset], say)}", preset)
        for preset in PRESETS
        if preset in minutes
    ]


def duration(minutes: float, say: Say) -> str:
    """Return an expected time in words."""
    if minutes < 1:
        return say("pages.train.time_short")
    if minutes < HOUR:
        return say("pages.train.time_minutes", minutes=round(minutes))
    return say("pages.train.time_hours", hours=round(minutes / 60, 1))


def hub_card(model: HubFacts, say: Say) -> str:
    """Return what the hub says about a model, as a card."""
    lines = [
        ("size", _size(model.size_mb)),
        ("architecture", model.architecture),
        ("languages", _languages(model.languages, say)),
        ("licence", model.licence or say("pages.train.licence_unknown")),
        ("revision", model.revision[:12]),
    ]
    rows = "".join(
        f'<tr><th scope="row">{escape(say(f"pages.train.hub_{name}"))}</th><td>{escape(text)}</td></tr>'
        for name, text in lines
        if text
    )
    return f'<div class="bm-card"><b>{escape(model.id)}</b><table class="bm-table">{rows}</table></div>'


def expectation(said: Message | None, tell: Tell) -> str:
    """Return what so few pictures or recordings allow, as a remark that stands before the button, or nothing."""
    if said is None:
        return ""
    level = "is-warning" if said.level == "warning" else ""
    return f'<div class="bm-problem {level}" data-testid="train-expect">{escape(tell(said))}</div>'


def refusal(text: str) -> str:
    """Return why something did not work, to stay in the page."""
    return f'<div class="bm-problem is-error">{escape(text)}</div>'


def problems(messages: Sequence[Message], tell: Tell) -> str:
    """Return all problems as one text for a toast."""
    return "<br>".join(escape(tell(message)) for message in messages)


def _facts(choice: BaseChoice, say: Say, *, speaks: bool) -> str:
    base = choice.base
    parts = [
        f"★ {say('pages.train.recommended')}" if choice.is_recommended else "",
        _size(base.size_mb) if base.size_mb else "",
        _languages(base.languages, say) if speaks else "",
        base.licence,
        _place(choice, say),
    ]
    return " · ".join(part for part in parts if part)


def _place(choice: BaseChoice, say: Say) -> str:
    """Return where a base comes from, or that it must come first."""
    if not choice.is_ready:
        return say("pages.train.not_here")
    kind = choice.base.source.partition(":")[0]
    return say(f"pages.train.from_{kind}") if kind in ("wheel", "hub") else ""


def _size(size_mb: float) -> str:
    return f"{size_mb / 1000:.1f} GB" if size_mb >= 1000 else f"{size_mb:.0f} MB"


def _languages(languages: Sequence[str], say: Say) -> str:
    known = {"en", "zh", ANY}
    named = [
        say(f"pages.train.language_{language}") if language in known else language
        for language in languages[:SHOWN_LANGUAGES]
    ]
    more = " …" if len(languages) > SHOWN_LANGUAGES else ""
    return ", ".join(named) + more


def facts_of(choice: BaseChoice) -> dict[str, object]:
    """Return what the tab keeps of a base on offer while the person chooses."""
    base = choice.base
    return {
        "kind": base.kind,
        "minutes": dict(choice.minutes),
        "is_ready": choice.is_ready,
        "size_mb": base.size_mb,
    }


def version_key(dataset: Dataset, language: str) -> str:
    """Return what the filled form hangs on."""
    return f"{dataset.id}/{dataset.version.number}/{language}"


def choice_key(task: str, base: str, preset: str) -> str:
    """Return the choice that the settings of the form were filled for."""
    return f"{task}/{base}/{preset}"


def form_key(*form: object) -> str:
    """Return the key of a form as it was sent."""
    return hashlib.sha256(json.dumps(form, default=str).encode()).hexdigest()
