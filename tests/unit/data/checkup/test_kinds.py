"""Every kind of finding finds what was planted, and says nothing of clean rows."""

import csv
import json
from collections.abc import Sequence

from bigmodel.core.datasets.checkup import Repair, Report
from bigmodel.core.datasets.dataset import Version
from bigmodel.data.checkup.child import look_at
from bigmodel.data.checkup.run import has_classes
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore

NOUNS = ("soup", "coffee", "room", "waiter", "bread", "garden", "window", "price", "music", "chair")
GOOD = (
    "lovely",
    "fresh",
    "friendly",
    "quick",
    "warm",
    "bright",
    "generous",
    "calm",
    "neat",
    "tender",
)
BAD = ("stale", "awful", "noisy", "rude", "dirty", "slow", "bitter", "broken", "cold", "greasy")


def clean_rows(count: int = 200) -> list[list[str]]:
    """Return rows that differ from each other and hold no trouble."""
    rows = []
    for at in range(count):
        words, other = (GOOD, BAD)[at % 2], NOUNS[(at // 2) % 10]
        first, second = words[(at // 20) % 10], words[(at * 7 + at // 20) % 10]
        last = NOUNS[(at * 3 + at // 10) % 10]
        text = f"{other} {first} beside {last} when {second} {NOUNS[at % 7]} came after {words[at % 9]}"
        rows.append([text, ("good", "bad")[at % 2]])
    return rows


def version_of(settings: Settings, rows: Sequence[Sequence[str]], names: Sequence[str]) -> Version:
    settings.make_folders()
    path = settings.scratch / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    service = DatasetService(settings, ScratchStore())
    return service.import_file("me", path, text=names[0], label=names[1]).version


def checked(settings: Settings, version: Version) -> Report:
    request = {
        "folder": str(settings.home / version.folder),
        "recipe": version.recipe.to_json(),
        "has_classes": has_classes(version),
    }
    return look_at(request, lambda _share: None)


def report_of(
    settings: Settings, rows: Sequence[Sequence[str]], names: Sequence[str] = ("text", "label")
) -> Report:
    return checked(settings, version_of(settings, rows, names))


def test_clean_rows_have_no_findings(settings: Settings) -> None:
    kinds = {found.kind for found in report_of(settings, clean_rows()).findings}
    assert kinds <= {"leak_rows", "duplicates_near", "torn_near"}  # few words make texts alike


PLANTED = {
    "duplicates": clean_rows()[3],
    "torn": [clean_rows()[4][0], "bad"],
    "duplicates_near": [clean_rows()[5][0] + "!!", "bad"],
    "labels_alike": ["one more about tea and cake by the lake", "g\u043e\u043ed"],
    "single": ["nobody was there and nothing was said about rain", "middling"],
    "empty": ["?!", "good"],
    "noise_html": ["<p>fish &amp; chips by the <b>lake</b></p>", "good"],
    "noise_encoding": ["The cafÃ© by the lake was quiet enough", "good"],
    "noise_unicode": ["\uff54\uff45\uff41 by the sea, ca\u200bke at home", "good"],
    "personal": ["ask me at jane@example.org about the boat", "good"],
    "long": ["the lake is wide. " * 500, "good"],
    "short": ["ok", "good"],
}


def test_every_planted_row_is_found(settings: Settings) -> None:
    report = report_of(settings, [*clean_rows(), *PLANTED.values()])
    findings = {found.kind: found for found in report.findings}
    assert {*PLANTED} <= {*findings}
    for found in report.findings:
        assert found.count
        assert found.examples
        if found.repair == Repair.DROP:
            assert len(found.rows) >= found.count
    harms = [found.harm for found in report.findings]
    assert harms == sorted(harms, reverse=True)
    assert Report.from_json(report.to_json()) == report


def test_empty_texts_of_two_classes_are_no_contradiction(settings: Settings) -> None:
    report = report_of(settings, [*clean_rows(), ["", "good"], ["", "bad"], ["", "bad"]])
    assert report.find("torn") is report.find("duplicates") is None
    assert report.find("empty") is not None


def test_words_and_numbers_of_one_meaning_are_one_class(settings: Settings) -> None:
    rows = [[text, {"good": "1", "bad": "no"}[label]] for text, label in clean_rows()]
    rows[0][1] = rows[2][1] = "yes"
    found = report_of(settings, rows).find("labels_mixed")
    assert found is not None
    assert dict(found.relabel) == {"yes": "1"}


def test_column_that_gives_the_answer_is_named(settings: Settings) -> None:
    rows = [[label, label, text] for text, label in clean_rows()]
    for at, row in enumerate(rows):
        row[0] = f"kind {row[1]} {at % 4 // 2}"
    found = report_of(settings, rows, ("kind", "label", "text")).find("leak_column")
    assert found is not None
    assert found.args["column"] == "kind"


def test_mark_of_one_class_is_named_and_can_go(settings: Settings) -> None:
    rows = [[f"{text} [AD]" if label == "bad" else text, label] for text, label in clean_rows()]
    found = report_of(settings, rows).find("leak_token")
    assert found is not None
    assert (found.args["mark"], found.steps) == ("[ad]", ("remove:[ad]",))


def test_speaker_on_both_sides_is_a_leak(settings: Settings) -> None:
    rows = [[*row, f"s{at % 12}"] for at, row in enumerate(clean_rows())]
    found = report_of(settings, rows, ("text", "label", "speaker")).find("leak_group")
    assert found is not None
    assert found.args["column"] == "speaker"
    assert len(found.groups) == len(found.rows) == 200


def test_other_writing_is_told(settings: Settings) -> None:
    rows = [*clean_rows(), *([f"这家店的服务很好{at}，下次再来", "good"] for at in range(12))]
    found = report_of(settings, rows).find("languages")
    assert found is not None
    assert found.count == 12


def test_marked_rows_are_shown_as_people_read_them(settings: Settings) -> None:
    settings.make_folders()
    path = settings.scratch / "marked.jsonl"
    rows = [
        {"text": f"Ann of flat {n} lives in Rome", "spans": [{"start": 0, "end": 3, "label": "P"}]}
        for n in range(40)
    ]
    path.write_text("\n".join(json.dumps(row) for row in [*rows, rows[0]]), "utf-8")
    service = DatasetService(settings, ScratchStore())
    version = service.import_file("me", path).version
    request = {
        "folder": str(settings.home / version.folder),
        "recipe": version.recipe.to_json(),
        "has_classes": has_classes(version),
        "target": version.summary.target,
    }
    found = look_at(request, lambda _share: None)
    notes = [example.note for each in found.findings for example in each.examples if example.note]
    assert version.summary.target == "spans"
    assert notes
    assert not any("[[" in note or "{" in note for note in notes), notes
