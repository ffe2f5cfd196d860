"""Word and letter errors agree with counts made by hand, and the difference of two texts leads from one to the other."""

import random

import pytest

from bigmodel.core.results.alignment import count, diff, is_unspaced, parts
from bigmodel.metrics.transcription import evaluate, headline


def heard(*texts: str) -> list[str]:
    return [*texts]


def kinds(truth: str, got: str) -> list[str]:
    return [edit.kind for edit in diff(truth, got)]


@pytest.mark.parametrize(
    ("truth", "got", "expected"),
    [
        ("yes no yes", "yes no yes", ["same"] * 3),
        ("yes no yes", "yes yes", ["same", "missing", "same"]),
        ("yes no", "yes oh no", ["same", "extra", "same"]),
        ("turn it on", "turn it off", ["same", "same", "replaced"]),
        ("打开客厅的灯", "打开客听的", ["same", "same", "same", "replaced", "same", "missing"]),
        ("", "oh", ["extra"]),
        ("oh", "", ["missing"]),
    ],
)
def test_difference_names_each_step(truth: str, got: str, expected: list[str]) -> None:
    assert kinds(truth, got) == expected


def test_case_width_and_punctuation_are_no_mistakes() -> None:
    assert kinds("Hello, World！", "hello world") == ["same", "same"]
    assert kinds("don't", "dont") == ["replaced"]
    assert parts("打开 WiFi。") == ["打", "开", "WiFi"]


def test_steps_lead_from_one_text_to_the_other() -> None:
    dice = random.Random(0)  # noqa: S311  (no secret)
    for _ in range(50):
        truth, got = (" ".join(dice.choices("abc", k=dice.randrange(8))) for _ in range(2))
        edits = diff(truth, got)
        assert " ".join(e.truth for e in edits if e.truth) == truth
        assert " ".join(e.heard for e in edits if e.heard) == got
        assert count([e.kind for e in edits]).errors <= max(len(truth.split()), len(got.split()))


def test_rates_are_of_all_recordings_together() -> None:
    found = headline(["a b c d", "e"], heard("a x c", "e f"))
    assert found["wer"] == pytest.approx(3 / 5)
    assert (found["substitutions"], found["deletions"], found["insertions"]) == (0.2, 0.2, 0.2)
    assert found["cer"] == pytest.approx(3 / 5)
    assert found["exact"] == 0


def test_word_and_letter_counts_agree_with_the_difference() -> None:
    dice = random.Random(1)  # noqa: S311  (no secret)
    words = ["yes", "no", "maybe", "oh"]
    truth = [" ".join(dice.choices(words, k=5)) for _ in range(30)]
    got = [" ".join(dice.choices(words, k=dice.randrange(8))) for _ in range(30)]
    total = sum(count([e.kind for e in diff(a, b)]).errors for a, b in zip(truth, got, strict=True))
    results = evaluate(truth, heard(*got))
    row = results.panels[0].data["rows"][0]
    assert row["substitutions"] + row["deletions"] + row["insertions"] == total
    assert results.measures["wer"].value == pytest.approx(total / row["said"])


def test_chinese_is_led_by_characters() -> None:
    results = evaluate(["打开客厅的灯", "关灯"], heard("打开客听的灯", "关灯"))
    assert next(iter(results.measures)) == "cer"
    assert results.panels[0].data["rows"][0]["measure"] == "cer"
    assert results.sentence.key == "results.sentence.characters"
    assert results.measures["cer"].value == pytest.approx(1 / 8) == results.measures["wer"].value
    assert is_unspaced("打开 wifi 灯")


def test_interval_holds_value_and_has_a_width() -> None:
    results = evaluate(["a b"] * 20, heard(*["a b"] * 19, "a c"))
    for measure in results.measures.values():
        assert measure.low <= measure.value <= measure.high
    perfect = evaluate(["a b"] * 20, heard(*["a b"] * 20)).measures["wer"]
    assert (perfect.value, perfect.low) == (0, 0)
    assert perfect.high > 0


def test_baseline_is_the_commonest_transcript() -> None:
    results = evaluate(["yes", "no"], heard("yes", "no"), baseline_truth=["no", "no", "yes"])
    assert results.beside["majority"]["wer"].value == 0.5
    assert results.sentence.args["majority"] == 50


def test_remarks_say_what_is_missing() -> None:
    results = evaluate(
        ["nine", "nine", "ten"], heard("five", "five", ""), baseline_truth=["nine", "five"]
    )
    keys = {remark.key.removeprefix("results.remarks."): remark for remark in results.remarks}
    assert keys["unheard_words"].args["labels"] == "“ten”"
    assert (keys["confused"].args["said"], keys["confused"].args["count"]) == ("nine", 2)
    assert keys["few_recordings"].args["learned"] == 2
    assert "no_better_than_commonest" in keys


def test_more_words_than_said_exceed_one() -> None:
    results = evaluate(["a"], heard("b c d"))
    assert results.measures["wer"].value == 3
    assert results.measures["wer"].high >= 3


def test_nothing_heard_of_nothing_is_no_error() -> None:
    assert headline([], []) == {}
    assert evaluate(["..."], heard("")).measures["wer"].value == 0


def test_folds_of_recordings_are_told_as_such() -> None:
    keys = [r.key for r in evaluate(["a"], heard("a"), is_folded=True).remarks]
    assert "results.remarks.folded_recordings" in keys
    assert evaluate(["a"], heard("a"), is_folded=True).sentence.key.endswith("words_folded")
