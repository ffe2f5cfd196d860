"""What a page about a model is made of: plain values, put together by `showing` and drawn by `show_page`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bigmodel.core.datasets.dataset import Summary
from bigmodel.core.message import Message
from bigmodel.core.model import TrainedModel
from bigmodel.core.results.results import AnsweredRow, Results
from bigmodel.core.task import INSTANT


@dataclass(frozen=True)
class ModelPage:
    """All that a page says of a model. `pictures` are data addresses by the media name of a row."""

    name: str
    model: TrainedModel
    task: str
    medium: str
    wording: str  # end of the keys of what is said of its rows
    dataset: str
    at: datetime
    summary: Summary
    results: Results
    limits: tuple[Message, ...]
    right: tuple[AnsweredRow, ...] = ()
    wrong: tuple[AnsweredRow, ...] = ()
    learned: tuple[AnsweredRow, ...] = ()
    has_examples: bool = False
    pictures: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_instant(self) -> bool:
        return self.model.kind == "instant" or self.model.base == INSTANT
