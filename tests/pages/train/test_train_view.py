"""How base models, presets and what a hub says are drawn: complete, in words, and escaped."""

from dataclasses import dataclass, replace

import pytest

from bigmodel.core.message import Message
from bigmodel.core.model import Base, BaseChoice
from bigmodel.words import load_words
from pages.shared.train import train_view as view
from tests.fakes.things import dataset_of

WORDS = load_words()
BAD = "<img src=x>"


def say(key: str, /, **args: str | float) -> str:
    return WORDS.say("en", Message(key, args))


def tell(message: Message) -> str:
    return f"because of {message.key}"


def choice(**more: object) -> BaseChoice:
    base = Base("minilm", "hub", size_mb=88.4, licence="MIT", languages=("en",))
    made = BaseChoice(base, True, False, True, Message("reason"), {"fast": 0.4, "thorough": 120})
    return replace(made, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Hub:
    id: str = "somebody/a-model"
    size_mb: float = 1_540.0
    licence: str = "apache-2.0"
    languages: tuple[str, ...] = ("en", "zh", "de", "fr")
    architecture: str = "BertModel"
    revision: str = "0123456789abcdef"


def test_card_names_facts_and_reason_on_lines_of_their_own() -> None:
    name, facts, reason = view.card(choice(), "MiniLM", say, tell).splitlines()
    assert (name, reason) == ("MiniLM", "because of reason")
    assert facts == f"88 MB · {say('pages.train.language_en')} · MIT"


def test_recommended_base_has_a_star_and_one_that_is_away_says_so() -> None:
    said = view.card(choice(is_recommended=True, is_ready=False), "MiniLM", say, tell)
    assert f"★ {say('pages.train.recommended')}" in said
    assert say("pages.train.not_here") in said


def test_languages_are_silent_where_nothing_is_read() -> None:
    assert say("pages.train.language_en") not in view.card(
        choice(), "A net", say, tell, speaks=False
    )


def test_base_without_facts_has_no_empty_line() -> None:
    bare = choice(base=Base("instant", "instant"))
    assert view.card(bare, "Instant", say, tell).splitlines() == ["Instant", "because of reason"]


def test_own_base_is_called_by_its_own_name() -> None:
    task = "text_classification"
    assert view.base_name("my-bert", task, WORDS, say) == "my-bert"
    assert view.base_name("instant", task, WORDS, say) != "instant"


@pytest.mark.parametrize(
    ("minutes", "key", "args"),
    [
        (0.2, "time_short", {}),
        (1.0, "time_minutes", {"minutes": 1}),
        (89.4, "time_minutes", {"minutes": 89}),
        (90.0, "time_hours", {"hours": 1.5}),
        (600.0, "time_hours", {"hours": 10.0}),
    ],
)
def test_expected_time_is_told_in_its_own_unit(
    minutes: float, key: str, args: dict[str, float]
) -> None:
    assert view.duration(minutes, say) == say(f"pages.train.{key}", **args)


def test_presets_come_in_order_with_their_times() -> None:
    labels = view.preset_choices({"thorough": 120.0, "fast": 0.4}, say)
    assert [value for _, value in labels] == ["fast", "thorough"]
    assert all(" · " in label for label, _ in labels)


def test_what_does_not_suit_is_listed_with_its_reason() -> None:
    assert view.unfit([], say, tell) == ""
    drawn = view.unfit([(choice(), BAD), (choice(), "other")], say, tell)
    assert drawn.count("<li>") == 2
    assert BAD not in drawn
    assert "because of reason" in drawn


def test_hub_card_is_complete_and_escaped() -> None:
    drawn = view.hub_card(Hub(id=BAD), say)
    assert BAD not in drawn
    assert "1.5 GB" in drawn
    assert "0123456789ab<" in drawn  # the revision, cut
    assert drawn.count("<tr>") == 5
    assert " …</td>" in drawn  # three languages are named


def test_hub_card_tells_of_a_missing_licence_and_leaves_out_what_is_unknown() -> None:
    drawn = view.hub_card(Hub(licence="", architecture=""), say)
    assert say("pages.train.licence_unknown") in drawn
    assert drawn.count("<tr>") == 4


def test_all_problems_are_told_at_once_and_escaped() -> None:
    said = view.problems([Message("a"), Message("<b>")], tell)
    assert said == "because of a<br>because of &lt;b&gt;"
    assert BAD not in view.refusal(BAD)


def test_warning_looks_like_one() -> None:
    assert "is-warning" in view.expectation(Message("x", level="warning"), tell)
    assert "is-warning" not in view.expectation(Message("x"), tell)


def test_form_hangs_on_version_and_language() -> None:
    dataset = dataset_of()
    newer = replace(dataset, version=replace(dataset.version, number=2))
    keys = {view.version_key(d, lang) for d in (dataset, newer) for lang in ("en", "zh")}
    assert len(keys) == 4
    assert view.choice_key("t", "b", "p") == "t/b/p"
