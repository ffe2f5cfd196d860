"""chrF and BLEU: the values of sacrebleu, with intervals by resampling."""

import random

import pytest
from sacrebleu import corpus_bleu, corpus_chrf

from bigmodel.metrics import bilingual
from tests.fakes.tiny_mbart import tiny_pairs


def spoilt(texts: list[str]) -> list[str]:
    dice = random.Random(0)  # noqa: S311  (no secret)
    return ["".join(c for c in text if dice.random() > 0.1) for text in texts]


@pytest.mark.parametrize("side", ["inputs", "targets"])
def test_values_are_those_of_sacrebleu(side: str) -> None:
    truth = getattr(tiny_pairs(200).train, side)
    given = spoilt(truth)
    found = bilingual.evaluate(
        truth, given, [0] * len(truth), beside={}, learned=(), is_folded=False
    )
    tokenizer = "13a" if side == "inputs" else "zh"
    bleu = corpus_bleu(given, [truth], tokenize=tokenizer).score
    assert found.measures["bleu"].value == pytest.approx(bleu)
    assert found.measures["chrf"].value == pytest.approx(corpus_chrf(given, [truth]).score)
    measure = found.measures["chrf"]
    assert measure.low < measure.value < measure.high
    signatures = [row["signature"] for row in found.panels[0].data["rows"]]
    assert f"tok:{tokenizer}" in signatures[1]
    assert found.panels[1].data["rows"][0]["rows"] == 40


def test_tokenizer_follows_the_script() -> None:
    assert bilingual.tokenizer_for(["The soup is hot."]) == "13a"
    assert bilingual.tokenizer_for(["汤是热的。"]) == "zh"
    assert bilingual.tokenizer_for(["スープは熱いです。"]) == "char"


def test_only_the_reference_itself_is_whole() -> None:
    assert bilingual.chrf_of_rows(["a b", "a b", "a b"], ["a b", "ab", ""]) == [100.0, 99.99, 0.0]


def test_better_model_is_told_from_chance() -> None:
    truth = tiny_pairs(200).train.inputs
    good, bad = truth, spoilt(truth)
    found = bilingual.compare(truth, good, bad)
    assert found.sentence.key == "compare.sentence.translations_better_sure"
    assert found.measures[0].difference.low > 0
    assert found.is_gained.sum() == sum(a != b for a, b in zip(good, bad, strict=True))
    same = bilingual.compare(truth, bad, bad)
    assert same.sentence.key == "compare.sentence.translations_same"


def test_untranslated_words_and_other_models_are_remarked() -> None:
    truth = tiny_pairs(60).train.targets
    left = [1, *[0] * (len(truth) - 1)]
    beside = {"instant": (spoilt(truth), left)}
    found = bilingual.evaluate(truth, truth, left, beside=beside, learned=truth, is_folded=False)
    keys = [remark.key.rpartition(".")[2] for remark in found.remarks]
    assert keys == ["instant_translations", "untranslated", "few_rows"]
    assert found.measures["untranslated"].value == pytest.approx(1 / len(truth))
