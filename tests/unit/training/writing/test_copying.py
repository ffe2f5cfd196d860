"""What is copied from training texts, and what repeats itself."""

from pathlib import Path

from bigmodel.core.datasets.inputs import SEPARATOR
from bigmodel.training.writing.copying import count_repeats, learn_runs, load_runs
from bigmodel.training.writing.counted import asked_of

LINE = "one two three four five six seven eight nine ten"


def test_runs_of_eight_words_are_found_again(tmp_path: Path) -> None:
    learn_runs([LINE]).save(tmp_path)
    runs = load_runs(tmp_path)
    assert runs
    assert runs.count("So: One two three four, five six seven eight nine!") == (3, 2)
    assert runs.count("one two three") == (0, 0)
    assert load_runs(tmp_path / "elsewhere") is None


def test_chinese_characters_are_words_and_questions_are_not_learned() -> None:
    runs = learn_runs([SEPARATOR.join(["春眠不觉晓处处闻啼鸟", "夜来风雨声花落知多少"])])
    assert runs.count("夜来风雨声，花落知多少") == (3, 3)
    assert runs.count("春眠不觉晓，处处闻啼鸟") == (3, 0)


def test_repeats_are_what_was_written_before() -> None:
    assert count_repeats("a b c d e f") == (3, 0)
    assert count_repeats("a b c d a b c d") == (5, 1)


def test_question_alone_is_asked_and_not_measured() -> None:
    assert asked_of("how far?", is_chat=True) == ("how far?", False)
    assert asked_of("It was late", is_chat=False) == ("It was late", True)
    chat = SEPARATOR.join(["how far?", "ten miles"])
    assert asked_of(chat, is_chat=True) == ("how far?", True)
    assert asked_of(SEPARATOR.join([chat, "and back?"]), is_chat=True)[1] is False
