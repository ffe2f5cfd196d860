"""What is spoken stands in text files: one for each recording, or one for many with the name first (LibriSpeech).

The same beside pictures are classes, where they are few.
"""

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.folders import with_splits
from bigmodel.data.media.entry import Entry, text_of
from bigmodel.data.media.files import AUDIO, SOUNDS, Item, MediaFiles
from bigmodel.data.media.listing import Context
from bigmodel.data.media.naming.lookup import listed

GRID = ".textgrid"  # of Praat
JSON = ".json"
ENDINGS = (".txt", ".lab", ".trn", ".srt", ".vtt", ".cls", GRID, JSON, "")
SUBTITLES = (".srt", ".vtt")
CUE = re.compile(r"\d+|WEBVTT.*|NOTE\b.*|[\d:.,]+\s*-->.*")  # lines of subtitles that nobody speaks
TRACK = re.compile(r"\d+[.,]?\d*\t\d+[.,]?\d*(?:\t(?P<what>.*))?")
QUOTED = re.compile(r'"((?:[^"]|"")*)"')
SAMPLES = re.compile(
    r"\d+ \d{3,} (?=\D)"
)  # from where to where a text is spoken, as TIMIT writes it
TOLD = ("text", "transcript", "transcription", "sentence", "label", "class", "category")  # in JSON
CLASSES = ("label", "class", "category", "status", "diagnosis")  # in JSON, where they are few
TIERS = ("IntervalTier", "TextTier")
OF_WORDS = re.compile(
    r".*(word|sentence|utterance|text|trans|orth|speech|词|句|文本|转写).*", re.IGNORECASE
)
OF_SPEAKERS = re.compile(
    r"utt2.*|spk2.*|reco2.*|segments|wav\.scp|.*trials.*"
)  # lists of Kaldi, no texts
MOST_BYTES = 4 * 2**20
MICROPHONE = re.compile(r"[-_]mic\d+$")
CLASS = ".cls"  # a class beside its picture, as WebDataset packs them
LOOKED_AT = 20  # texts, of which one tells what all are
ENOUGH = 0.5  # of the recordings have a text
LONGEST_CLASS = 40  # characters of a text that is a class
LINES = 0.8  # of the lines of a list begin with the name of a recording


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    texts = [
        e
        for e in files.others
        if e.ending in ENDINGS and e.size <= MOST_BYTES and not OF_SPEAKERS.fullmatch(e.base)
    ]
    if files.medium != AUDIO:
        return _classes(files, texts, context)
    if track := _track(files.items, texts):
        raise DatasetError("media_pieces", name=track)
    if found := _of_records(files, texts, context):
        return found
    if context.kind == "label":  # what is spoken is no class: then folders or tables say it
        return None
    if found := _labels(files, texts, context):
        return found
    for said, used in (_one_each(files.items, texts), _lists(files.items, texts)):
        if len(said) >= ENOUGH * len(files.items):
            return _annotated(files, said, used, Form.TRANSCRIPTS, context)
    return None


def _track(items: Sequence[Item], texts: Sequence[Entry]) -> str:
    """Return the first text that labels pieces of its recording as Audacity does (from, to, what), "" where none does."""
    stems = {item.entry.base.rpartition(".")[0] for item in items}
    beside = (e for e in texts if e.ending == ".txt" and e.base[:-4] in stems)
    for entry in islice(beside, LOOKED_AT):
        lines = [line for line in text_of(entry, MOST_BYTES).splitlines() if line.strip()]
        if len(lines) > 1 and all(map(TRACK.fullmatch, lines)):
            return entry.base
    return ""


def _labels(files: MediaFiles, texts: Sequence[Entry], context: Context) -> Annotated | None:
    """Return recordings of which each has one label of Audacity, where these are few: then they are classes."""
    tracks = [e for e in texts if e.ending == ".txt" and TRACK.fullmatch(text_of(e, 400).strip())]
    said, used = _one_each(files.items, tracks)
    if len(said) < ENOUGH * len(files.items) or not 1 < len(set(said.values())) <= 0.5 * len(said):
        return None
    return _annotated(files, said, used, Form.FOLDERS, context)


def _of_records(files: MediaFiles, texts: Sequence[Entry], context: Context) -> Annotated | None:
    """Return files whose records of JSON name a class, of which there are few; those without it have none."""
    pairs = _paired(files.items, [entry for entry in texts if entry.ending == JSON])
    told = {i: _of_json(text_of(entry, MOST_BYTES), CLASSES) for i, entry in pairs.items()}
    said = {i: kind for i, kind in told.items() if kind}
    if len(said) < ENOUGH * len(files.items) or not 1 < len(set(said.values())) <= 0.5 * len(said):
        return None
    return _annotated(files, said, [pairs[i] for i in pairs], Form.FOLDERS, context)


def _classes(files: MediaFiles, texts: Sequence[Entry], context: Context) -> Annotated | None:
    """Return pictures whose texts are few and short: then these are their classes."""
    said, used = _one_each(files.items, texts)
    kinds = set(said.values())
    are_meant = all(entry.ending == CLASS for entry in used)
    are_short = all(
        len(kind) <= LONGEST_CLASS and (are_meant or not kind[:1].isdigit()) for kind in kinds
    )
    if len(said) < ENOUGH * len(files.items) or not 1 < len(kinds) <= 0.5 * len(said):
        return None
    return _annotated(files, said, used, Form.FOLDERS, context) if are_short else None


def _annotated(
    files: MediaFiles, said: dict[int, str], used: Sequence[Entry], form: Form, context: Context
) -> Annotated:
    items = [replace(item, label=said[i]) for i, item in enumerate(files.items) if i in said]
    key = "texts_beside" if form == Form.TRANSCRIPTS else "classes_beside"
    context.findings.note(key, level="info", count=len(items), files=len(used))
    silent = [item.entry.name for i, item in enumerate(files.items) if i not in said]
    if silent:
        context.findings.note("texts_absent", count=len(silent), names=listed(silent))
    return Annotated(form, tuple(with_splits(items)), tuple(entry.name for entry in used))


def _one_each(
    items: Sequence[Item], texts: Sequence[Entry]
) -> tuple[dict[int, str], Sequence[Entry]]:
    """Return the text of each file that has one of its own name beside it, else anywhere (VCTK), and these texts."""
    used = _paired(items, texts)
    said = {
        i: words for i, entry in used.items() if (words := _said(entry)) or entry.ending != JSON
    }
    return said, [used[i] for i in said]


def _paired(items: Sequence[Item], texts: Sequence[Entry]) -> dict[int, Entry]:
    """Return the text that is called like each file."""
    used: dict[int, Entry] = {}
    for key_of in (_place, _name, _taken):
        by_key: dict[str, list[Entry]] = {}
        for entry in texts:
            by_key.setdefault(key_of(entry), []).append(entry)
        counts = Counter(key_of(item.entry) for item in items)
        used = {
            i: by_key[key][0]
            for i, item in enumerate(items)
            if (counts[key := key_of(item.entry)] == 1 or key_of is _taken)
            and len(by_key.get(key, ())) == 1
        }
        if len(used) >= ENOUGH * len(items):
            break
    return used


def _lists(items: Sequence[Item], texts: Sequence[Entry]) -> tuple[dict[int, str], Sequence[Entry]]:
    """Return the texts of lists whose lines begin with the name of a recording, and these lists."""
    by_stem = {item.entry.base.rpartition(".")[0]: i for i, item in enumerate(items)}
    said: dict[int, str] = {}
    used = []
    for entry in texts:
        text = text_of(entry, MOST_BYTES)
        lines = [] if _is_table(text) else list(_pairs(text, by_stem))
        known = {by_stem[name]: words for name, words in lines if name in by_stem}
        if known and len(known) >= LINES * len(lines):
            said |= known
            used.append(entry)
    return said, used


def _is_table(text: str) -> bool:
    """Tell lines of three columns and more, of which one may name the speaker."""
    lines = [line for line in text.splitlines()[:LOOKED_AT] if line.strip()]
    return bool(lines) and all(line.count("\t") > 1 for line in lines)


def _pairs(text: str, known: Container[str]) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, _, words = line.strip().replace("\t", " ").partition(" ")
        before, colon, after = line.strip().partition(":")
        if colon and name not in known and before in known:  # JSUT
            name, words = before, after
        if name:
            yield name.rpartition(".")[0] if "." in name else name, words.strip()


def _said(entry: Entry) -> str:
    """Return what a text says in one line; of `.trn` (THCHS-30) the first one, below it stand syllables and sounds."""
    text = text_of(entry, MOST_BYTES)
    if entry.ending == GRID:
        return _of_grid(text)
    if entry.ending == JSON:
        return _of_json(text)
    if entry.ending == ".txt":
        text = SAMPLES.sub("", text, count=1)
    if track := TRACK.fullmatch(text.strip()):
        return (track["what"] or "").strip()
    if entry.ending in SUBTITLES:
        text = "\n".join(line for line in text.splitlines() if not CUE.fullmatch(line.strip()))
    return " ".join((text.strip().partition("\n")[0] if entry.ending == ".trn" else text).split())


def _of_json(text: str, names: Sequence[str] = TOLD) -> str:
    """Return what a file of JSON says of the one beside it, "" where it holds nothing like that."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    told = map(found.get, names) if isinstance(found, dict) else ()
    return next((" ".join(each.split()) for each in told if isinstance(each, str)), "")


def _of_grid(text: str) -> str:
    """Return what the tier of words of a TextGrid says, else its first that says anything; both of its forms quote alike."""
    tiers: list[tuple[str, list[str]]] = []
    quoted = iter(QUOTED.findall(text))
    for each in quoted:
        if each in TIERS:
            tiers.append((next(quoted, ""), []))
        elif tiers:
            tiers[-1][1].append(each.replace('""', '"').strip())
    told = [(name, words) for name, parts in tiers if (words := " ".join(filter(None, parts)))]
    return next(
        (words for name, words in told if OF_WORDS.fullmatch(name)), told[0][1] if told else ""
    )


def _place(entry: Entry) -> str:
    """Return a name with its folders, without its ending; of `1.wav.trn` without both."""
    name = entry.name.rpartition(".")[0] if entry.ending else entry.name
    stem, dot, ending = name.rpartition(".")
    return stem if dot and f".{ending.lower()}" in SOUNDS and entry.ending in ENDINGS else name


def _name(entry: Entry) -> str:
    return _place(entry).rpartition("/")[2]


def _taken(entry: Entry) -> str:
    """Return a name without the microphone that heard it: what was said is the same for all."""
    return MICROPHONE.sub("", _name(entry))


FORMAT = AnnotationFormat("beside", order=1, read=_read, kinds=("text", "label"))
