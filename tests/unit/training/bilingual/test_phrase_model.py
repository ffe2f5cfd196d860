"""The instant translator: alignment, phrases, spaces, known sentences, and its files."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.training.bilingual import baseline
from bigmodel.training.bilingual.alignment import align
from bigmodel.training.bilingual.document import sentences_of
from bigmodel.training.bilingual.phrase_model import PhraseModel, load_phrase_model
from bigmodel.training.bilingual.phrases import extract
from bigmodel.training.bilingual.tokens import count_spaces, join_tokens, tokenize
from tests.fakes.reporter import FakeReporter
from tests.fakes.tiny_mbart import tiny_pairs


def trained(pairs: Sequence[tuple[str, str]], tmp_path: Path) -> PhraseModel:
    rows = Rows([str(n) for n, _ in enumerate(pairs)], *map(list, zip(*pairs, strict=True)))
    data = TaskData(rows, Rows(), Rows())
    return baseline.train_phrase_model(data, FakeReporter(tmp_path / "c"))


def made(tmp_path: Path) -> PhraseModel:
    rows = tiny_pairs(200).train
    return trained(list(zip(rows.inputs, rows.targets, strict=True)), tmp_path)


def test_words_are_linked_to_their_translations() -> None:
    # 0 the 1 soup 2 tea 3 hot 4 cold → 0 汤 1 茶 2 热 3 冷
    sources = [[0, 1, 3], [0, 1, 4], [0, 2, 3], [0, 2, 4], [0, 1], [0, 2]]
    targets = [[0, 2], [0, 3], [1, 2], [1, 3], [0], [1]]
    links = align(sources, targets, lambda: None)
    assert {(1, 0), (2, 1)} <= set(links[0])
    assert {(1, 0), (2, 1)} <= set(links[3])


def test_phrases_never_part_a_link() -> None:
    pairs = set(extract([10, 11, 12], [20, 21, 22], [(0, 0), (1, 2), (2, 1)]))
    assert ((11, 12), (21, 22)) in pairs
    assert ((11,), (22,)) in pairs
    assert ((10, 11), (20, 21)) not in pairs


@pytest.mark.parametrize(
    "text",
    ["L'homme, vêtu de bleu, dort.", "It costs 3.50 (at 10:30)!", "他说：“你好，Tom！”", "a well-known word"],
)  # fmt: skip
def test_text_comes_back_from_its_tokens(text: str) -> None:
    assert join_tokens(tokenize(text), count_spaces([text])) == text


def test_new_sentence_is_translated_with_alternatives(tmp_path: Path) -> None:
    model = made(tmp_path)
    model.memory.clear()
    found = model.translate("The bread is sweet.")
    assert found[0].text == "面包是甜的。"
    assert 0 < found[0].certainty <= 1
    assert len({one.text for one in found}) == len(found)


def test_known_sentence_comes_as_it_was_learned_whatever_its_capitals(tmp_path: Path) -> None:
    pairs = [("Mind the gap", "小心空隙")] * 3 + [("mind the gap", "别的")] + [("a b", "甲乙")] * 5
    [found] = trained(pairs, tmp_path).translate("MIND THE GAP")
    assert (found.text, found.certainty) == ("小心空隙", 1.0)


def test_unknown_word_passes_with_its_capitals_and_is_named(tmp_path: Path) -> None:
    found = made(tmp_path).translate("The Zurich is hot.")[0]
    assert "Zurich" in found.text
    assert found.unknown == ("Zurich",)
    assert found.certainty < 0.5


def test_each_sentence_of_a_text_is_translated(tmp_path: Path) -> None:
    model = made(tmp_path)
    found = model.translate("The soup is hot. Is the tea cold?\nThe fish is good.")
    assert found[0].text == "汤是热的。茶是冷的吗？\n鱼是好的。"
    assert sentences_of("一。二！\n\nc. d") == (["一。", "二！", "c.", "d"], ["", "\n\n", "", ""])


def test_nothing_and_very_long_texts_are_answered(tmp_path: Path) -> None:
    model = made(tmp_path)
    assert model.translate("  ")[0].text == ""
    assert len(model.translate("the soup " * 200)[0].text) > 200


def test_model_answers_the_same_from_its_files(tmp_path: Path) -> None:
    model = made(tmp_path)
    model.save(tmp_path)
    texts = ["The bread is sweet.", "Is the Zurich cold? The tea is fresh."]
    again = load_phrase_model(tmp_path)
    assert [again.translate(text) for text in texts] == [model.translate(text) for text in texts]


def test_pairs_without_words_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="pairs_empty"):
        trained([("", "")], tmp_path)
