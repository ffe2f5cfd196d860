"""The demo of one model as a page of its own, and its answers: no tab, no row of data, no other model; all is escaped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from bigmodel.core.errors import ModelError
from bigmodel.core.language import LANGUAGES, Language
from bigmodel.core.message import Arg, Message
from bigmodel.core.model import TrainedModel
from bigmodel.services.inference.predict import Answered
from bigmodel.services.panels import answer_html
from pages.shared.web.language import LOCALES
from pages.shared.web.theme import ASSETS

if TYPE_CHECKING:
    from bigmodel.services.studio import Services

WORDS = "pages.alone."
STYLES = ("alone.css", "marks.css")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "media-src blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
ACCEPT = {"image": "image/*,.heic,.heif", "voice": "audio/*,.m4a,.amr,.webm,.opus"}
FOR_SCRIPTS = (
    "asking", "lost", "refused", "taken", "recorded", "door_no_code",
)  # fmt: skip


@dataclass(frozen=True)
class Alone:
    """What the page says of a model, in one language."""

    services: "Services"
    spoken: Language

    def say(self, key: str, /, **args: Arg) -> str:
        return self._word(f"{WORDS}{key}", **args)

    def _word(self, key: str, /, **args: Arg) -> str:
        return self.services.words.say(self.spoken, Message(key, args))

    def page(self, owner: str, model: TrainedModel, *, place: str = "") -> str:
        """Return the page. `place` leads from it to its scripts and its style."""
        is_made = self.services.inference.answers_of(model).asks
        kind = "text" if is_made else self.services.inference.kind(owner, model.id)
        task = self.services.words.texts[self.spoken].get(f"tasks.{model.task}.name", "")
        other = next(language for language in LANGUAGES if language != self.spoken)
        head = (
            f"<header><div><h1>{escape(model.name)}</h1>"
            f'<p class="soft">{escape(task)} · {escape(self.say("by"))}</p></div>'
            f'<a href="?lang={other}" lang="{LOCALES[other]}">{escape(self.say("other_language"))}</a></header>'
        )
        is_one_of_many = self.services.settings.demo_only
        back = (
            f'<p><a href="../../">{escape(self.say("gallery"))}</a></p>' if is_one_of_many else ""
        )
        body = (
            f'{head}<p class="soft" data-testid="quality">{escape(self._quality(owner, model))}</p>'
            f"{self._question(kind, model)}"
            '<p class="soft" id="status" role="status"></p>'
            '<section class="card" id="answer" aria-live="polite" hidden></section>'
            f'<p class="soft">{escape(self.say("caution"))} {escape(self.say("privacy"))}</p>{back}'
        )
        return self._whole(model.name, kind, body, place, ("devices.js", "takes.js", "alone.js"))

    def gallery(self, owner: str, models: Sequence[TrainedModel]) -> str:
        """Return a page that leads to the demo of each model."""
        title, other = (
            self.say("gallery"),
            next(each for each in LANGUAGES if each != self.spoken),
        )
        cards = "".join(
            f'<section class="card" data-testid="shown-model"><h2>{escape(model.name)}</h2>'
            f'<p class="soft">{escape(self._word(f"tasks.{model.task}.name"))}</p>'
            f"<p>{escape(self._quality(owner, model))}</p>"
            f'<p><a class="press first" href="demo/{model.id}/">{escape(self.say("try"))}</a></p></section>'
            for model in models
        )
        is_zero = self.services.settings.zero_gpu
        why = f'<p data-testid="zero-gpu">{escape(self.say("zero_gpu"))}</p>' if is_zero else ""
        body = (
            f"<header><div><h1>{escape(title)}</h1>"
            f'<p class="soft">{escape(self.say("gallery_about"))}</p>{why}</div>'
            f'<a href="?lang={other}" lang="{LOCALES[other]}">{escape(self.say("other_language"))}</a></header>'
            f"{cards or '<p>' + escape(self.say('gallery_empty')) + '</p>'}"
        )
        return self._whole(title, "gallery", body, "demo/", ())

    def door(self) -> str:
        """Return the page that a phone sees before it is let in: nothing about the model."""
        title = self.say("door_title")
        body = (
            f"<h1>{escape(title)}</h1>"
            f'<p class="soft" id="status" role="status">{escape(self.say("door"))}</p>'
        )
        return self._whole(title, "door", body, "", ("door.js",))

    def notice(self, sentence: str, *, place: str = "") -> str:
        """Return a page that says why there is no demo."""
        title = self.say("door_title")
        body = f'<h1>{escape(title)}</h1><p id="status">{escape(sentence)}</p>'
        return self._whole(title, "notice", body, place, ())

    def answered(self, found: Answered) -> dict[str, str]:
        """Return an answer as the script shows it, drawn as on the page; rows it is near to stay here."""
        warning = self._word(found.notice) if found.notice else ""
        strange = (
            f'<p class="strange" data-testid="strange">{escape(warning)}</p>' if warning else ""
        )
        view = found.kind.view(found.kind.shared(found.answer))
        return {"html": strange + answer_html(view, self._word)}

    def _quality(self, owner: str, model: TrainedModel) -> str:
        """Return the sentence of the results, or nothing where there are none."""
        try:
            results = self.services.results.results(owner, model.job_id, model.id)
        except ModelError:
            return ""
        return self.services.words.say(self.spoken, results.sentence)

    def _boxes(self, model: TrainedModel) -> str:
        """Return a box for each text that the model reads of a row."""
        if self.services.inference.answers_of(model).asks == "class":
            return self._classes(model)
        inputs = self.services.inference.inputs_of(model)
        made = []
        for place, name in enumerate(inputs):
            label = (
                self._word(f"tasks.{model.task}.inputs.{name}")
                if len(inputs) > 1
                else self.say("text")
            )
            box = "text" if place == 0 else f"text-{place + 1}"
            made.append(
                f'<label class="title" for="{box}">{escape(label)}</label>'
                f'<textarea id="{box}" maxlength="10000" placeholder="{escape(self.say("text_hint"))}"></textarea>'
            )
        return "".join(made)

    def _classes(self, model: TrainedModel) -> str:
        """Return a choice of the classes that a model makes pictures of."""
        named = [(label, label) for label in model.labels]
        named = named or [("", self._word("pages.image_demo.make_any"))]
        options = "".join(f'<option value="{escape(v)}">{escape(n)}</option>' for v, n in named)
        label = escape(self.say("class"))
        return (
            f'<label class="title" for="text">{label}</label><select id="text">{options}</select>'
        )

    def _question(self, kind: str, model: TrainedModel) -> str:
        def said(key: str) -> str:
            return escape(self.say(key))

        if kind == "text":
            return (
                f'<section class="card">{self._boxes(model)}'
                f'<div class="presses"><button type="button" class="press first" id="ask">{said("ask")}</button></div></section>'
            )
        if kind not in ACCEPT:  # several things at once, which this page has no boxes for
            return f'<section class="card"><p data-testid="several">{said("several")}</p></section>'
        is_image = kind == "image"
        device, shot, take = (
            ("photo", "camera", "shoot") if is_image else ("record", "record", "stop")
        )
        capture = "environment" if is_image else "user"
        return (
            '<section class="card"><div id="shown"></div>'
            '<div class="level" id="level" hidden><b><i></i></b><span></span></div><div class="presses">'
            f'<button type="button" class="press first" id="take" hidden>{said(take)}</button>'
            f'<label class="press first touch" id="device">{said(device)}<input type="file" accept="{ACCEPT[kind].split(",")[0]}" capture="{capture}"></label>'
            f'<button type="button" class="press" id="open" hidden>{said(shot)}</button>'
            f'<label class="press">{said(f"file_{kind}")}<input type="file" accept="{ACCEPT[kind]}"></label>'
            f'<button type="button" class="press" id="close" hidden>{said("cancel")}</button></div></section>'
        )

    def _whole(self, title: str, kind: str, body: str, place: str, scripts: tuple[str, ...]) -> str:
        words = json.dumps({key: self.say(key) for key in FOR_SCRIPTS}, ensure_ascii=False)
        styles = "".join(f'<link rel="stylesheet" href="{place}{name}">' for name in STYLES)
        tags = "".join(f'<script src="{place}{name}" defer></script>' for name in scripts)
        return (
            f'<!doctype html><html lang="{LOCALES[self.spoken]}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="robots" content="noindex"><title>{escape(title)}</title>'
            f'<link rel="icon" href="data:,">{styles}{tags}</head>'
            f'<body data-kind="{escape(kind)}" data-words="{escape(words)}"><main>{body}</main></body></html>'
        )


def assets() -> dict[str, tuple[Path, str]]:
    """Return the files beside the page, and their kinds."""
    kinds = dict.fromkeys(STYLES, "text/css") | {"alone.js": "text/javascript"}
    kinds |= dict.fromkeys(("devices.js", "door.js", "takes.js"), "text/javascript")
    return {name: (ASSETS / name, kind) for name, kind in kinds.items()}
