"""Records of Prodigy: what a person accepted, rejected or passed over becomes a label, or none; it opens no file."""

from collections.abc import Mapping

Record = Mapping[str, object]
ANSWER, LABEL, ACCEPT, SPANS, OPTIONS = "answer", "label", "accept", "spans", "options"
ASIDE = ("tokens", "config")  # what the marks were made by
ANSWERS = ("accept", "reject", "ignore")
MARKS = ("_input_hash", "_task_hash", "_view_id", OPTIONS)  # of which such records have one
NOT = "not"  # begins the class of what is not of a class


def is_judged(record: Record) -> bool:
    """Tell a record that a person accepted, rejected or passed over."""
    is_chosen = isinstance(record.get(ACCEPT), list) or isinstance(record.get(LABEL), str)
    is_marked = any(mark in record for mark in MARKS)
    return record.get(ANSWER) in ANSWERS and is_marked and (is_chosen or SPANS in record)


def judged(record: Record) -> dict[str, object]:
    """Return a record with what was decided as its label: the class, "not" and the class, what was chosen, or nothing.

    What was marked within a text stays only where it was accepted.
    """
    answer = record[ANSWER]
    dropped = {ANSWER, ACCEPT, OPTIONS, *ASIDE, *(key for key in record if key.startswith("_"))}
    kept = {key: value for key, value in record.items() if key not in dropped}
    chosen = record.get(ACCEPT)
    if isinstance(chosen, list):
        return kept | {LABEL: chosen if answer == "accept" else []}
    if isinstance(record.get(SPANS), list):
        return kept if answer == "accept" else {k: v for k, v in kept.items() if k != SPANS}
    said = {"accept": record[LABEL], "reject": f"{NOT} {record[LABEL]}", "ignore": ""}
    return kept | {LABEL: said[str(answer)]}
