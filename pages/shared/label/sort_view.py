"""Sorting as its box in the page shows it: rows, counts and sentences in the person's language; it decides nothing."""

from collections.abc import Sequence
from typing import Any

from bigmodel.core.callbacks import Say, Tell
from bigmodel.core.datasets.boxes import Box, boxes_of, counts_line
from bigmodel.core.datasets.spans import Span, spans_of
from bigmodel.core.labelling.view import FIRST_ROWS, LabellingView, LabelModel, LabelRow
from bigmodel.core.language import Language
from bigmodel.words import Words
from pages.shared.web.media_route import media_url

LAST_CHARACTERS = 160
SURE_GAIN = 0.005  # less than half a percentage point is nothing


def state(view: LabellingView, say: Say, tell: Tell, *, shows_guess: bool) -> dict[str, Any]:
    """Return everything that the box draws."""
    return {
        "id": view.dataset_id,
        "name": view.name,
        "medium": view.medium,
        "drawn": view.is_drawn,
        "can_draw": view.can_draw,
        "classes": [{"name": c.name, "count": c.count} for c in view.classes],
        "rows": [_row(row, view, say, shows_guess=shows_guess) for row in view.rows],
        "last": [_last(row, view) for row in view.last],
        "done": view.done,
        "total": view.total,
        "progress": say("pages.sort.progress", done=view.done, total=view.total),
        "skipped": say("pages.sort.skipped", count=view.skipped) if view.skipped else "",
        "labelled": say("pages.sort.labelled", count=view.labelled)
        if view.labelled and view.total
        else "",
        "undo": view.can_undo,
        "enough": view.is_enough,
        "missing": _missing(view, say),
        "model": _drawn_model(view, say) if view.is_drawn else _model(view.model, say, tell),
        "pending": view.model.state == "pending",
        "curve": [[p.labels, p.accuracy, p.low, p.high] for p in view.model.curve],
        "gain": _gain(view.model, say),
    }


def _row(row: LabelRow, view: LabellingView, say: Say, *, shows_guess: bool) -> dict[str, Any]:
    notes = []
    if row.is_back:
        notes.append(say("pages.sort.is_back"))
    if row.alike > 1:
        notes.append(say("pages.sort.alike", count=row.alike - 1))
    return {
        "id": row.row_id,
        "text": row.shown if view.medium == "text" else "",
        "url": "" if view.medium == "text" else media_url(view.dataset_id, row.shown),
        "even": row.is_even,
        "boxes": _pieces(row, view) if view.is_drawn else (),
        "note": " ".join(notes),
        "guess": _guess(row, say) if shows_guess else "",
    }


def _drawn_model(view: LabellingView, say: Say) -> str:
    """Return what decides which row comes next, where labels are drawn."""
    if view.medium != "text":
        return say("pages.sort.model_drawn")
    if view.model.state == "none" or not view.model.labels:
        return say("pages.sort.model_marked")
    return say("pages.sort.model_marks", labels=view.model.labels)


def _pieces(row: LabelRow, view: LabellingView) -> Sequence[Box | Span]:
    """Return what is drawn into a row."""
    return spans_of(row.label) if view.medium == "text" else boxes_of(row.label)


def _guess(row: LabelRow, say: Say) -> str:
    if row.guess is None:
        return say("pages.sort.no_guess")
    label, share = row.guess
    return say("pages.sort.guess", label=label, percent=round(100 * share))


def _last(row: LabelRow, view: LabellingView) -> dict[str, str]:
    is_text = view.medium == "text"
    is_long = len(row.shown) > LAST_CHARACTERS
    return {
        "id": row.row_id,
        "label": counts_line(p.kind for p in _pieces(row, view)) if view.is_drawn else row.label,
        "text": (row.shown[:LAST_CHARACTERS] + "…" * is_long) if is_text else "",
        "url": "" if is_text else media_url(view.dataset_id, row.shown),
    }


def _missing(view: LabellingView, say: Say) -> str:
    """Return what is missing until training is worth a try, or what would still help."""
    if not view.total:
        return say("pages.sort.all_labelled", name=view.name)
    if view.is_drawn:
        return _missing_boxes(view, say)
    if len(view.classes) < 2:
        return say("pages.sort.classes_few", least=FIRST_ROWS)
    if not view.missing:
        return ""
    named = _listed([f"{name} {lack}" for name, lack in view.missing], say)
    key = "missing_some" if view.is_enough else "missing"
    return say(f"pages.sort.{key}", least=FIRST_ROWS, missing=named)


def _missing_boxes(view: LabellingView, say: Say) -> str:
    if view.is_enough and not view.missing:
        return ""
    named = _listed([f"{name} {lack}" for name, lack in view.missing], say)
    given = {"least": FIRST_ROWS, "done": view.done + view.labelled, "missing": named}
    what = "marks" if view.medium == "text" else "boxes"
    key = f"{what}_{'some' if view.is_enough else 'missing' if named else 'rows'}"
    return say(f"pages.sort.{key}", **given)


def _model(model: LabelModel, say: Say, tell: Tell) -> str:
    if model.error is not None:
        return tell(model.error)
    if model.state == "none":
        return say("pages.sort.model_none", least=FIRST_ROWS)
    if not model.labels:
        return say("pages.sort.model_first")
    return say("pages.sort.model_ready", labels=model.labels)


def _gain(model: LabelModel, say: Say) -> str:
    """Return what more labels would bring, in plain words."""
    if not model.curve:
        return ""
    now = model.curve[-1]
    reached = say(
        "pages.sort.reached", percent=round(100 * now.accuracy), labels=now.labels, held=model.held
    )
    return say("pages.sort.both", first=reached, second=_more(model, say))


def _more(model: LabelModel, say: Say) -> str:
    if model.gain is None:
        return say("pages.sort.gain_unknown", more=model.more)
    low, high = (min(end, 1.0 - model.curve[-1].accuracy) for end in model.gain)
    if high < SURE_GAIN:
        return say("pages.sort.gain_none", more=model.more)
    return say(
        "pages.sort.gain", more=model.more, low=f"{100 * low:.0f}", high=f"{max(1, 100 * high):.0f}"
    )


def _listed(names: Sequence[str], say: Say) -> str:
    return say("pages.sort.and").join(names)


def texts(words: Words, language: Language, medium: str) -> dict[str, str]:
    """Return the fixed texts of the box, of what is sorted in it; names and numbers are filled in by its script."""
    found: dict[str, str] = {}
    for prefix in ("pages.sort.box.", f"pages.sort.box_{medium}."):
        found |= {
            key.removeprefix(prefix): text
            for key, text in words.texts[language].items()
            if key.startswith(prefix)
        }
    return found
