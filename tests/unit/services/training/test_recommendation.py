"""Which base is recommended, and why: rules over measured numbers."""

from dataclasses import replace
from functools import partial

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.model import Base, BaseChoice
from bigmodel.core.task import Medium
from bigmodel.services.training.recommendation import (
    Candidate,
    Situation,
    advise,
    expectation,
    is_fitting_here,
)
from bigmodel.words import load_words

INSTANT = Candidate(Base("instant", "instant", languages=("any",)), True, {"balanced": 0.1})
ENGLISH = Base("small", "embedded", size_mb=90, languages=("en",))
SCRATCH = Candidate(Base("scratch", "scratch", languages=("any",)), True, {"balanced": 2.0})
FETCH = Candidate(Base("o/zh", "hub", size_mb=150, languages=("zh",)), False, {"balanced": 4.0})


def situation(rows: int = 3000, language: str = "en", *, hub: bool = False) -> Situation:
    return Situation(rows, language, memory_mb=8000, is_hub_reachable=hub)


def english(unknown: float = 0.01) -> Candidate:
    return Candidate(ENGLISH, True, {"fast": 1, "balanced": 3, "thorough": 9}, unknown)


def best(candidates: list[Candidate], about: Situation) -> BaseChoice:
    choices = advise(candidates, about)
    assert [choice.is_recommended for choice in choices].count(True) == 1
    return choices[0]


def test_english_text_gets_the_pretrained_model_here() -> None:
    choice = best([INSTANT, english(), SCRATCH], situation())
    assert (choice.base.name, choice.reason.key) == ("small", "train.why.known")
    assert choice.reason.args["percent"] == 99


def test_unknown_tokens_speak_against_a_model() -> None:
    choices = advise([INSTANT, english(0.63), SCRATCH], situation(language="en"))
    [small] = [choice for choice in choices if choice.base.name == "small"]
    assert not small.fits
    assert (small.reason.key, small.reason.args) == ("train.reason.unknown", {"percent": 63})


def test_base_of_english_is_not_offered_for_another_latin_language() -> None:
    choices = advise([INSTANT, english(0.05), SCRATCH], situation(language="other"))
    [base] = [choice for choice in choices if choice.base.kind == "embedded"]
    assert not base.fits
    assert base.reason.key == "train.reason.language"


def test_chinese_text_never_gets_an_english_model() -> None:
    choices = advise([INSTANT, english(0.05), SCRATCH], situation(language="zh"))
    assert choices[0].base.name == "scratch"
    assert not is_fitting_here(choices)


def test_language_that_a_vocabulary_cuts_to_shreds_gets_the_multilingual_model() -> None:
    german = Candidate(ENGLISH, True, {"balanced": 3}, 0.01, pieces_a_word=1.66)
    many = Candidate(
        Base("many", "embedded", size_mb=250, languages=("any",)), True, {"balanced": 9}, 0.0, 1.3
    )
    choice = best([INSTANT, german, many, SCRATCH], situation())
    assert choice.base.name == "many"
    plain = Candidate(ENGLISH, True, {"balanced": 3}, 0.01, pieces_a_word=1.2)
    assert best([INSTANT, plain, many, SCRATCH], situation()).base.name == "small"


def test_whisper_says_that_it_is_ready_without_training() -> None:
    whisper = Candidate(Base("w", "wheel", medium="audio", writes=True), False, {})
    heard = Situation(60, "en", 8000, medium=Medium.AUDIO, is_speech=True, least=20)
    [choice] = [one for one in advise([INSTANT, whisper], heard) if one.base.name == "w"]
    assert choice.reason.key == "train.reason.writes"


def test_a_model_that_looks_at_nothing_is_called_a_guess() -> None:
    tuned = Candidate(Base("lite0", "wheel", languages=("any",)), True, {"balanced": 5.0})
    about = partial(Situation, 200, "", 8000, medium=Medium.IMAGE, least=20)
    for guesses, reason in ((True, "train.reason.guess"), (False, "train.reason.image_instant")):
        choices = advise([INSTANT, tuned], about(guesses_first=guesses))
        assert {choice.base.name: choice.reason.key for choice in choices}["instant"] == reason


def test_a_guess_is_recommended_only_where_nothing_else_can_learn() -> None:
    to_fetch = Candidate(Base("lite0", "wheel", languages=("any",)), False, {"balanced": 5.0})
    about = Situation(120, "", 8000, medium=Medium.IMAGE, least=20, guesses_first=True)
    assert best([INSTANT, to_fetch], about).base.name == "lite0"
    assert best([INSTANT], about).reason.key == "train.reason.guess"


def test_little_chinese_text_gets_the_instant_model() -> None:
    assert best([INSTANT, SCRATCH], situation(300, "zh")).base.name == "instant"


def test_few_rows_leave_only_the_instant_model() -> None:
    choices = advise([INSTANT, english(), SCRATCH], situation(30))
    assert [choice.base.name for choice in choices if choice.fits] == ["instant"]
    assert choices[0].reason.key == "train.why.instant_few"


def test_reachable_hub_makes_the_fitting_model_first() -> None:
    choice = best([INSTANT, SCRATCH, FETCH], situation(language="zh", hub=True))
    assert (choice.base.name, choice.is_ready) == ("o/zh", False)
    assert choice.reason.args == {"size_mb": 150}


def test_unreachable_hub_is_said_and_not_recommended() -> None:
    choices = advise([INSTANT, SCRATCH, FETCH], situation(language="zh"))
    assert choices[0].base.name == "scratch"
    assert choices[-1].reason.key == "train.reason.hub_unreachable"


def test_model_larger_than_memory_does_not_fit() -> None:
    huge = Candidate(Base("huge", "folder", size_mb=5000, languages=("en",)), True, {})
    choices = advise([INSTANT, huge], situation())
    assert choices[-1].reason.key == "train.reason.memory"


def pictures(rows: int, *, hub: bool = False) -> Situation:
    return Situation(rows, "", 8000, is_hub_reachable=hub, medium=Medium.IMAGE, least=40)


BODY = Candidate(Base("timm/small", "hub", size_mb=47), False, {"balanced": 4.0})


def test_few_pictures_want_a_body_that_has_seen_others_whenever_it_can_be_had() -> None:
    assert best([INSTANT, SCRATCH, BODY], pictures(245, hub=True)).base.name == "timm/small"
    ready = Candidate(BODY.base, True, BODY.minutes)
    assert best([INSTANT, SCRATCH, ready], pictures(245)).base.name == "timm/small"
    assert best([INSTANT, SCRATCH, BODY], pictures(1999, hub=True)).base.name == "timm/small"


def test_many_pictures_do_without_a_download() -> None:
    assert best([INSTANT, SCRATCH, BODY], pictures(3400, hub=True)).base.name == "scratch"


def test_without_a_body_it_is_said_before_training_what_to_expect() -> None:
    choice = best([INSTANT, SCRATCH, BODY], pictures(245))
    summary = Summary(245, 245, (), {"ant": 130, "bee": 115}, {}, medium="image")
    said = expectation(summary, pictures(245), choice)
    assert said is not None
    assert (said.key, said.level) == ("train.expect.image_scratch", "warning")
    assert said.args["least"] == 115


def test_ten_recordings_are_told_what_is_missing() -> None:
    about = Situation(10, "en", 8000, medium=Medium.AUDIO, is_speech=True)
    summary = Summary(10, 10, (), {}, {}, lengths=(1000, 3000, 5000), medium="audio")
    said = expectation(summary, about, best([INSTANT, SCRATCH], about))
    assert said is not None
    assert said.args == {"rows": 10, "minutes": 0.5, "missing": 90, "good": 100}
    words = load_words()
    assert "microphone" in words.say("en", said)
    assert "麦克风" in words.say("zh", said)


def test_texts_and_plenty_need_no_such_sentence() -> None:
    summary = Summary(9000, 9000, (), {"a": 5000, "b": 4000}, {}, medium="image")
    about = pictures(9000)
    assert expectation(summary, about, best([INSTANT, SCRATCH], about)) is None
    assert expectation(summary, situation(10), best([INSTANT], situation(10))) is None


def test_only_kind_of_model_of_a_task_is_told_by_what_it_can_do() -> None:
    few = replace(situation(rows=72), medium=Medium.AUDIO, alone_of="speech_synthesis")
    reason = best([INSTANT], few).reason
    for language, told in (("en", "nothing that was never recorded"), ("zh", "没录过的说不出来")):
        assert told in load_words().say(language, reason)


def test_base_that_needs_a_graphics_card_is_refused_without_one_and_says_so() -> None:
    asked = Candidate(
        Base("o/painter", "hub", size_mb=2000, needs_gpu=True), False, {"fast": 9_000.0}
    )
    about = replace(situation(500, hub=True), medium=Medium.IMAGE)
    [refused] = [one for one in advise([INSTANT, asked], about) if one.base.needs_gpu]
    assert (refused.fits, refused.reason.key) == (False, "errors.base_needs_gpu.problem")
    assert best([INSTANT, asked], replace(about, has_gpu=True)).base.name == "o/painter"
