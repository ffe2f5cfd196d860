"""Pictures and sounds of a dataset drawn as HTML: galleries, waves, questions. Every name of a person is escaped here."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Protocol

from bigmodel.core.callbacks import Say
from bigmodel.core.datasets.name_class import NameClass
from bigmodel.services.panels.media import truth_over
from pages.shared.data.dataset_view import LABEL_CHARACTERS, seconds, short
from pages.shared.web.media_route import media_url

CLASSES = 12  # shown at once, with a few items each
FEW_ITEMS = 6
PAGE_ITEMS = 36
SHOWN_FILES = 200
SHOWN_EXAMPLES = 5
WAVE_HEIGHT = 40
LOUDEST = 99


class Item(Protocol):
    """One picture or recording of a dataset."""

    @property
    def file(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def split(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def envelope(self) -> Sequence[int]: ...


def group(title: str, count: str, items: Sequence[Item], dataset_id: str, say: Say) -> str:
    """Return some items of one class below its name; without a name, each with what is said in it."""
    is_said = not title
    drawn = "".join(_item(item, dataset_id, say, is_said=is_said) for item in items)
    kind = "bm-clips" if items and items[0].seconds else "bm-gallery"
    head = f"<h4>{escape(short(title, LABEL_CHARACTERS))}"
    head += f' <span class="bm-muted bm-number">{escape(count)}</span></h4>' if count else "</h4>"
    return f'<section class="bm-media-class">{head}<div class="{kind}">{drawn}</div></section>'


def face(item: Item, dataset_id: str, say: Say) -> str:
    """Return one picture or recording to look at or to hear."""
    kind = "bm-clips" if item.seconds else "bm-gallery"
    return f'<div class="{kind}">{_item(item, dataset_id, say, is_said=False)}</div>'


def _item(item: Item, dataset_id: str, say: Say, *, is_said: bool) -> str:
    url = escape(media_url(dataset_id, item.file), quote=True)
    name = escape(short(item.name, 80), quote=True)
    is_unsorted = item.split == "none" and not item.label
    part = say("pages.media.unsorted" if is_unsorted else f"pages.media.split_{item.split}")
    if not item.seconds:
        small = escape(media_url(dataset_id, item.file, thumb=True), quote=True)
        drawn = truth_over(item.label)
        size = f"{item.width} × {item.height}<br>{escape(part)}"
        return (
            f'<a class="bm-photo" href="{url}" target="_blank" rel="noopener" title="{name}">'
            f'<span class="bm-boxed"><img src="{small}" alt="{name}" loading="lazy">{drawn}</span>'
            f"<span>{size}</span></a>"
        )
    play = escape(say("pages.media.play", name=short(item.name, 80)), quote=True)
    said = f"<q>{escape(short(item.label))}</q>" if is_said and item.label else ""
    text = f"{seconds(item.seconds, say)} · {part}"
    return (
        f'<div class="bm-clip" data-src="{url}" title="{name}">'
        f'<button type="button" aria-pressed="false" aria-label="{play}"></button>'
        f"{wave(item.envelope)}<span>{escape(text)}</span>{said}</div>"
    )


def wave(envelope: Sequence[int]) -> str:
    """Return the loudness of a recording as a picture, twice: what was played lies over it in another colour."""
    width = max(1, len(envelope))
    middle = WAVE_HEIGHT / 2
    top = [
        f"{place} {middle - _height(value):.1f}" for place, value in enumerate(envelope or (0, 0))
    ]
    low = [
        f"{place} {middle + _height(value):.1f}" for place, value in enumerate(envelope or (0, 0))
    ]
    path = f"M{' L'.join(top)} L{' L'.join(reversed(low))} Z"
    return (
        f'<svg viewBox="0 0 {width} {WAVE_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path d="{path}"></path><path class="is-played" d="{path}"></path></svg>'
    )


def _height(value: int) -> float:
    return max(0.5, (WAVE_HEIGHT / 2 - 1) * min(value, LOUDEST) / LOUDEST)


# questions ----------------------------------------------------------------------------------------


def unreadable(files: Sequence[tuple[str, str]], say: Say) -> str:
    """Return the files that cannot be used, by name, each with its reason."""
    rows = "".join(
        f"<tr><td>{escape(short(name))}</td><td>{escape(reason)}</td></tr>"
        for name, reason in files[:SHOWN_FILES]
    )
    rest = len(files) - SHOWN_FILES
    more = f"<p>{escape(say('pages.media.files_more', count=rest))}</p>" if rest > 0 else ""
    head = "".join(
        f'<th scope="col">{escape(say(key))}</th>'
        for key in ("pages.media.file", "pages.media.reason")
    )
    return (
        f'<p class="bm-lead">{escape(say("pages.media.unreadable", count=len(files)))}</p>'
        f'<div class="bm-scroll bm-files" tabindex="0"><table class="bm-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{more}"
    )


def levels(found: Mapping[int, Sequence[str]], say: Say) -> str:
    """Return what the classes would be at each folder level."""
    lines = "".join(
        f"<li><b>{escape(say('pages.media.level', number=number))}</b> {escape(_examples(names))}</li>"
        for number, names in found.items()
    )
    return f'<p class="bm-lead">{escape(say("pages.media.which_level"))}</p><ul>{lines}</ul>'


def level_choice(number: int, names: Sequence[str], say: Say) -> str:
    """Return one level as a choice."""
    return f"{say('pages.media.level', number=number)} {_examples(names)}"


def name_choice(found: NameClass, say: Say) -> str:
    """Return one word of file names as a choice, with its commonest classes."""
    kind = {"-1": "last", "words": "words"}.get(found.place, "word")
    counted = [f"{short(word, LABEL_CHARACTERS)} ({count})" for word, count in found.counts]
    name, classes = short(found.example, LABEL_CHARACTERS), ", ".join(counted[:SHOWN_EXAMPLES])
    if (rest := len(counted) - SHOWN_EXAMPLES) > 0:
        classes += f" {say('pages.media.files_more', count=rest)}"
    return say(f"pages.media.name_place_{kind}", place=found.place, name=name, classes=classes)


def _examples(names: Sequence[str]) -> str:
    shown = ", ".join(short(name, LABEL_CHARACTERS) for name in names[:SHOWN_EXAMPLES])
    return f"{shown} … ({len(names)})" if len(names) > SHOWN_EXAMPLES else shown
