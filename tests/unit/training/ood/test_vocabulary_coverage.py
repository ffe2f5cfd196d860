"""The share of a text that a fixed vocabulary does not know."""

from pathlib import Path

from bigmodel.training.ood.vocabulary_coverage import unknown_share
from tests.fakes.tiny_bert import write_tiny_bert


def test_known_letters_are_known(tmp_path: Path) -> None:
    assert unknown_share(write_tiny_bert(tmp_path), ["some words", "more words"]) == 0.0


def test_foreign_letters_are_counted(tmp_path: Path) -> None:
    folder = write_tiny_bert(tmp_path)
    assert unknown_share(folder, ["ab Ж", "Ж Ж"]) == 3 / 5


def test_no_text_has_no_unknowns(tmp_path: Path) -> None:
    assert unknown_share(write_tiny_bert(tmp_path), [""]) == 0.0
