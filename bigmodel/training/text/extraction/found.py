"""What was chosen in a passage, as an answer of the house."""

from bigmodel.answers.extracted import Found
from bigmodel.training.text.extraction.choice import Choice


def as_found(passage: str, question: str, choice: Choice) -> Found:
    """Return a choice as an answer."""
    if choice.is_nothing:
        sure = 1.0 if choice.nothing is None else choice.nothing
        return Found(passage, question, certainty=sure, others=choice.places[:2])
    (start, end, sure), *others = choice.places
    return Found(passage, question, start, end, sure, tuple(others))
