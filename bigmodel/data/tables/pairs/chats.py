"""Tables of conversations: which columns say what is asked and what is answered; it opens no file."""

import re
from collections.abc import Mapping, Sequence

from bigmodel.core.datasets.dataset import NO_LABEL
from bigmodel.core.datasets.turns import turns_of
from bigmodel.core.message import Message
from bigmodel.data.tables.guess import Guess

NONE = "none"  # the target kind of conversations: their rows are read whole
PROMPTS = re.compile(
    r"prompts?|instructions?|questions?|query|user|human|input|said|them|friend|问题|提问|问|指令|用户|上句|提示|对方|朋友",
    re.IGNORECASE,
)
ANSWERS = re.compile(
    r"answers?|responses?|outputs?|completions?|repl(y|ies)|assistant|bot|chosen|me|回答|答案|答|回复|下句|输出|我|自己|本人",
    re.IGNORECASE,
)
# A table of customers may name both; asked for conversations, it holds what they say.
SAYING = re.compile(
    r"customer|client|visitor|caller|patient|guest|客户|顾客|访客|患者", re.IGNORECASE
)
SERVING = re.compile(
    r"agent|operator|support|representative|staff|doctor|host|客服|坐席|医生|店员", re.IGNORECASE
)
PASSAGES = re.compile(
    r"context|passage|paragraph|document|article|文章|段落|上下文|原文", re.IGNORECASE
)
UNNAMED = re.compile(r"column \d+")
MOST_SEEN = 1_000
CHARACTERS = 12.0  # of a usual answer; what is shorter may be a class
VARIED = 0.5  # share of different texts in a column that is no set of classes
ASKED = re.compile(
    r"questions?/answers?|问题/(答案|回答)|问/答|(them|friend)/me|(对方|朋友)/(我|自己|本人)"
)  # however short the answers are
INSTRUCTION, INPUT, OUTPUT = "instruction", "input", "output"  # as Alpaca has them


def chat_of(
    sample: Mapping[str, Sequence[str]], text: str = "", label: str = "", *, is_asked: bool = False
) -> Guess | None:
    """Return the columns of conversations, None where there are none.

    Args:
        sample: some values of each column.
        text: the column of what is said, or of whole conversations, if somebody said which.
        label: the column of the answers, likewise.
        is_asked: somebody said that rows are read whole.
    """
    if label == NO_LABEL or not {text, label} <= {"", *sample}:
        return None
    for name in (text,) if text else sample:
        if not label and _are_conversations(sample[name]):
            return Guess(name, "", kind=NONE)
    prompt = text or _named(sample, PROMPTS) or (is_asked and _named(sample, SAYING)) or ""
    left = {name: values for name, values in sample.items() if name != prompt}
    answer = label or _named(left, ANSWERS) or (is_asked and _named(left, SERVING)) or ""
    if is_asked and not text and not label and (unnamed := _in_turns(sample)):
        return Guess(unnamed[0], "", (), tuple(unnamed[1:]), kind=NONE)
    names = (prompt.casefold(), answer.casefold())
    is_sure = names == (INSTRUCTION, OUTPUT) or bool(ASKED.fullmatch("/".join(names)))
    is_told = (is_asked and bool(label)) or (is_sure and _are_varied(sample[answer]))
    if not prompt or not answer or prompt == answer or (text and not is_asked):
        return None
    if not (is_asked and label) and names != (INSTRUCTION, OUTPUT) and _named(sample, PASSAGES):
        return None
    if not is_told and not _are_texts(sample[answer]):
        return None
    args = {"prompt": prompt, "answer": answer}
    return Guess(
        prompt, "", (Message("data.problems.chat_found", args, "info"),), (answer,), kind=NONE
    )


def _in_turns(sample: Mapping[str, Sequence[str]]) -> list[str]:
    """Return columns without names that hold a turn each, none of any other table."""
    fitting = len(sample) % 2 == 0 and all(map(UNNAMED.fullmatch, sample))
    return list(sample) if fitting and all(map(_are_texts, [*sample.values()][:2])) else []


def _named(sample: Mapping[str, Sequence[str]], names: re.Pattern[str]) -> str:
    return next((name for name in sample if names.fullmatch(name.strip())), "")


def _are_conversations(values: Sequence[str]) -> bool:
    filled = [value for value in values[:MOST_SEEN] if value.strip()]
    return bool(filled) and 2 * sum(len(turns_of(value)) > 1 for value in filled) > len(filled)


def _are_varied(values: Sequence[str]) -> bool:
    filled = [value.strip() for value in values[:MOST_SEEN] if value.strip()]
    return bool(filled) and len(set(filled)) >= VARIED * len(filled)


def _are_texts(values: Sequence[str]) -> bool:
    """Tell answers from classes and numbers."""
    filled = [value.strip() for value in values[:MOST_SEEN] if value.strip()]
    if not _are_varied(filled):
        return False
    characters = sum(map(len, filled)) / len(filled)
    wide = sum(value > "\u2e80" for text in filled for value in text)
    return characters + wide / len(filled) >= CHARACTERS
