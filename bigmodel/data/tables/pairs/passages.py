"""Tables of questions on passages: which column is the passage, which the question and which the answer; it opens no file."""

import re
from collections.abc import Mapping, Sequence

from bigmodel.core.datasets.dataset import NO_LABEL
from bigmodel.core.datasets.extracts import parse_extracts, texts_of
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.data.tables.guess import Guess

EXTRACTED = "extracted"  # the target kind of answers in a passage
PASSAGES = re.compile(
    r"context(_text)?|passage|paragraph|document|article|background|原文|段落|文章|上下文|正文|篇章|材料|背景|全文|资料",
    re.IGNORECASE,
)
QUESTIONS = re.compile(r"questions?|query(_text)?|问题|提问|问句|题目|问", re.IGNORECASE)
ANSWERS = re.compile(
    r"answers?([._ ]texts?)?|answer_text|all_answers|答案|回答|标准答案|参考答案|答", re.IGNORECASE
)
MOST_SEEN = 1_000
FOUND = 0.6  # share of the answers that stand in their passage, where names tell
FOUND_UNNAMED = 0.8
FEWEST_ANSWERS = 3  # different ones
LONGER = 2.0  # times that passages are longer than what is found in them


def passage_of(
    sample: Mapping[str, Sequence[str]],
    *,
    text: str = "",
    label: str = "",
    more: Sequence[str] = (),
    kind: str = "",
) -> Guess | None:
    """Return the columns of passage, question and answer, None where there are none.

    Args:
        sample: columns by name, in step.
        text: the passages, where somebody said it; `label` the answers, `more` the questions.
        kind: the target kind, where somebody chose a task.
    """
    if (
        kind not in ("", EXTRACTED)
        or label == NO_LABEL
        or not {text, label, *more} <= {"", *sample}
    ):
        return None
    answers = [label] if label else _called(sample, ANSWERS) or (list(sample) if kind else [])
    passages = [text] if text else _called(sample, PASSAGES) or (list(sample) if kind else [])
    scored = [
        (_found(sample[p], sample[a]), -place, p, a)
        for place, (p, a) in enumerate((p, a) for a in answers for p in passages if p != a)
    ]
    best = max(scored, default=(0.0, 0, "", ""))
    is_named = bool(PASSAGES.fullmatch(best[2]) and ANSWERS.fullmatch(best[3]))
    if best[0] < (FOUND if is_named else FOUND_UNNAMED) and not (kind and text and label):
        return None
    passage, answer = best[2:]
    asked = list(more) or [n for n in _called(sample, QUESTIONS) if n not in (passage, answer)]
    if not asked and kind:
        left = [n for n in sample if n not in (passage, answer)]
        asked = sorted(left, key=lambda n: -_distinct(sample[n]))[:1]
    if not passage or not asked:
        return None
    args = {"passage": passage, "question": asked[0], "answer": answer}
    found = Message("data.problems.passages_found", args, "info")
    return Guess(passage, answer, () if kind else (found,), (asked[0],), EXTRACTED)


def require_passage(sample: Mapping[str, Sequence[str]]) -> None:
    """Check that questions and answers that somebody brought for this task come with a passage.

    Raises:
        DatasetError: `passage_none`.
    """
    asked, answered = _called(sample, QUESTIONS), _called(sample, ANSWERS)
    others = [name for name in sample if name not in (*asked, *answered)]
    if asked and answered and not any(_distinct(sample[n]) > FEWEST_ANSWERS for n in others):
        raise DatasetError("passage_none", question=asked[0], answer=answered[0])


def _called(sample: Mapping[str, Sequence[str]], names: re.Pattern[str]) -> list[str]:
    return [name for name in sample if names.fullmatch(name.strip())]


def _found(passages: Sequence[str], answers: Sequence[str]) -> float:
    """Return the share of filled answers that stand in much longer passages."""
    rows = [
        (passage, answer.strip())
        for passage, answer in zip(passages[:MOST_SEEN], answers[:MOST_SEEN], strict=True)
        if answer.strip() and passage.strip()
    ]
    answered = sum(max(map(len, texts_of(answer)), default=0) for _, answer in rows)
    if len({answer for _, answer in rows}) < FEWEST_ANSWERS:  # yes and no are classes
        return 0.0
    if sum(len(passage) for passage, _ in rows) < LONGER * answered:
        return 0.0
    return sum(_stands(*row) for row in rows) / len(rows)


def _stands(passage: str, answer: str) -> bool:
    listed = parse_extracts(answer)
    if listed is not None and not listed:
        return True
    texts = texts_of(answer)
    return any(
        text in passage for text in (*texts, *(p.strip() for t in texts for p in t.split("|")))
    )


def _distinct(values: Sequence[str]) -> float:
    filled = [value for value in values if value.strip()]
    letters = sum(any(c.isalpha() for c in value) for value in filled)
    return len(set(filled)) * letters / max(1, len(filled))
