"""Translations as answers: encoding, evaluation and comparison; it trains nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from bigmodel.core.answer import AnswerType, Cell, Tried
from bigmodel.core.message import Message
from bigmodel.core.metric import Metric
from bigmodel.core.results.comparison import Paired
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.results import Results
from bigmodel.metrics import bilingual

WORDS = "pages.results.measures."
DEMO = "pages.demo.translation_"


@dataclass(frozen=True)
class Translation:
    """One answer: the best translation and how sure the model is of it (0 to 1), the next ones, and words left untranslated."""

    text: str
    certainty: float
    others: tuple[tuple[str, float], ...] = ()
    untranslated: tuple[str, ...] = ()


class TranslationType(AnswerType):
    """One text in another language a row."""

    name = "translated"
    fields = (
        ("scores", pa.list_(pa.float32())),
        ("text", pa.string()),
        ("untranslated", pa.list_(pa.string())),
    )
    per_label = ("scores",)
    headings = (("writeback.translated", "text"), ("writeback.certainty", "share"))
    detects_strangers = False
    terms = ("chrf", "bleu")
    is_graded = True
    wording = "translations"
    verb = "translate"
    baseline = ("majority", "chrf")
    is_text = True
    rewords = True
    metrics = (
        Metric("chrf", is_share=False, short="chrF", words=f"{WORDS}chrf"),
        Metric("bleu", is_share=False, short="BLEU", words=f"{WORDS}bleu"),
        Metric("exact", words=f"{WORDS}exact_translation"),
        Metric("untranslated", higher_is_better=False, words=f"{WORDS}untranslated_rows"),
    )

    def encode(self, answer: Translation) -> dict[str, Any]:
        return {
            "scores": [float(answer.certainty)],
            "text": answer.text,
            "untranslated": list(answer.untranslated),
            "others": [[text, float(certainty)] for text, certainty in answer.others],
        }

    def decode(self, record: Mapping[str, Any], labels: tuple[str, ...]) -> Translation:
        others = tuple((text, certainty) for text, certainty in record.get("others", ()))
        left = tuple(record.get("untranslated") or ())
        return Translation(record["text"], record["scores"][0], others, left)

    def headline(
        self, truth: Sequence[str], answers: Sequence[Translation], labels: Sequence[str]
    ) -> dict[str, float]:
        return bilingual.headline(truth, _texts(answers), _left(answers))

    def evaluate(self, tried: Tried[Translation]) -> Results:
        others = {name: (_texts(rows), _left(rows)) for name, rows in tried.beside.items()}
        found = bilingual.evaluate(
            tried.truth,
            _texts(tried.answers),
            _left(tried.answers),
            beside=others,
            learned=tried.baseline_truth,
            is_folded=tried.is_folded,
        )
        return replace(found, metrics=self.metrics)

    def compare(
        self, truth: Sequence[str], new: Sequence[Translation], old: Sequence[Translation]
    ) -> Paired:
        return bilingual.compare(truth, _texts(new), _texts(old))

    def limits(self, results: Results) -> Iterator[Message]:
        yield Message("show.limits.translations")
        yield Message("show.limits.sureness")

    def mistakes(
        self,
        truth: Sequence[str],
        answers: Sequence[Translation],
        *,
        of: str = "",
        said: str = "",
    ) -> list[int]:
        """Return rows that differ from their reference, the least alike first."""
        scores = np.array(bilingual.chrf_of_rows(truth, _texts(answers)))
        order: list[int] = np.argsort(scores, kind="stable").tolist()
        return [place for place in order if scores[place] < bilingual.WHOLE]

    def hits(self, truth: Sequence[str], answers: Sequence[Translation]) -> list[int]:
        """Return rows translated word for word as their reference."""
        scores = bilingual.chrf_of_rows(truth, _texts(answers))
        return [place for place, score in enumerate(scores) if score >= bilingual.WHOLE]

    def view(self, answer: Translation) -> Panel:
        data: dict[str, Any] = {"text": answer.text, "certainty": answer.certainty}
        data |= {"note": f"{DEMO}certainty", "nothing": f"{DEMO}nothing"}
        data |= {"others": answer.others, "others_title": f"{DEMO}others"}
        data |= {"left": answer.untranslated, "left_title": f"{DEMO}untranslated"}
        return Panel("words", data)

    def record(self, answer: Translation) -> dict[str, Any]:
        others = [{"text": text, "certainty": sure} for text, sure in answer.others]
        return {
            "translated": answer.text,
            "certainty": answer.certainty,
            "alternatives": others,
            "untranslated": list(answer.untranslated),
        }

    def cells(self, answer: Translation) -> tuple[Cell, ...]:
        return answer.text, round(answer.certainty, 4)


def _texts(answers: Sequence[Translation]) -> list[str]:
    return [answer.text for answer in answers]


def _left(answers: Sequence[Translation]) -> list[int]:
    return [len(answer.untranslated) for answer in answers]


ANSWER = TranslationType()
