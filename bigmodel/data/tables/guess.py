"""Which column is the text and which is the label: a guess from content and names that people can always overrule."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2, sqrt

from bigmodel.core.datasets.dataset import NO_LABEL
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.number import as_number

TEXT_NAMES = re.compile(
    r"text|review|comment|content|sentence|message|body|description|tweet|title|question|utterance|feedback"
    r"|文本|评论|内容|正文|句子|留言|消息|描述|问题|评语|反馈|标题",
    re.IGNORECASE,
)
LABEL_NAMES = re.compile(
    r"label|class|categor|sentiment|target|rating|score|stars?|topic|intent|polarity|emotion|^y$|^tag$|is_?spam"
    r"|标签|类别|分类|情感|情绪|评分|星级|打分|得分|类型|主题|意图|分数",
    re.IGNORECASE,
)
SURE_LABEL_NAMES = re.compile(r"label|target|class|categor|sentiment|标签|类别|情感", re.IGNORECASE)
OTHER_NAMES = re.compile(
    r"(^|_|\b)(id|uuid|url|link|date|time|index|user|author|name|phone|order|no|price|amount|shop|store|branch"
    r"|city|region|channel|platform|customer)(\b|_|$)"
    r"|编号|日期|时间|链接|用户|序号|姓名|顾客|客户|电话|手机|订单|单号|价格|金额|数量|门店|店铺|城市|地区|渠道|平台",
    re.IGNORECASE,
)
SPARSE = 0.2  # a column that is filled less often holds labels only if its name says so
LEAST_AS_LABEL = (
    1.0  # of `_as_label`: a column below it is not taken for labels unless somebody says so
)


@dataclass(frozen=True)
class Guess:
    """The columns a task would read and learn; no label where no column looks like one."""

    text: str
    label: str


@dataclass(frozen=True)
class _Column:
    name: str
    place: float  # 0 (first) to 1 (last)
    filled: int
    share: float  # of the rows that are filled
    distinct: int
    characters: float  # mean length
    number_share: float


def guess_columns(sample: Mapping[str, Sequence[str]], *, text: str = "", label: str = "") -> Guess:
    """Return the likeliest columns; those that are given are only checked. `NO_LABEL` gives none.

    Raises:
        DatasetError: `column_unknown`, `columns_same`.
    """
    for name in filter(str.strip, (text, label)):
        if name not in sample:
            raise DatasetError("column_unknown", column=name, known=", ".join(sample))
    if text and text == label:
        raise DatasetError("columns_same", column=text)
    columns = [_look(name, i / len(sample), sample[name]) for i, name in enumerate(sample)]
    if not text:
        text = max((c for c in columns if c.name != label), key=_as_text).name
    if label == NO_LABEL:
        return Guess(text, "")
    if not label:
        likely = [c for c in columns if c.name != text and _is_likely(c)]
        label = max(likely, key=_as_label).name if likely else ""
    return Guess(text, label)


def _look(name: str, place: float, values: Sequence[str]) -> _Column:
    filled = [value.strip() for value in values if value.strip()]
    count = max(1, len(filled))
    return _Column(
        name=name,
        place=place,
        filled=len(filled),
        share=len(filled) / max(1, len(values)),
        distinct=len(set(filled)),
        characters=sum(map(len, filled)) / count,
        number_share=sum(as_number(value) is not None for value in filled) / count,
    )


def _is_likely(column: _Column) -> bool:
    is_named = bool(column.filled and SURE_LABEL_NAMES.search(column.name))
    return is_named or _as_label(column) >= LEAST_AS_LABEL


def _as_text(column: _Column) -> float:
    if not column.filled:
        return -10.0
    score = log2(1 + min(column.characters, 500)) / 3 + column.distinct / column.filled
    score += 1.5 * bool(TEXT_NAMES.search(column.name)) - 1.5 * bool(
        LABEL_NAMES.search(column.name)
    )
    score -= 2 * bool(OTHER_NAMES.search(column.name))
    return score - 2.5 * column.number_share - 0.1 * column.place


def _as_label(column: _Column) -> float:
    if not column.filled:
        return -10.0
    score = 3.0 * bool(LABEL_NAMES.search(column.name)) - 2 * bool(OTHER_NAMES.search(column.name))
    score += bool(SURE_LABEL_NAMES.search(column.name))
    if column.distinct < 2:
        score -= 6
    if column.share < SPARSE and not LABEL_NAMES.search(column.name):
        score -= 3  # a remark here and there
    few = max(20.0, sqrt(column.filled))
    score += 2.0 if column.distinct <= few else 0.0
    score += 0.7 * column.number_share
    if column.distinct == column.filled and column.number_share < 0.95 and column.filled > 10:
        score -= 2
    score -= min(2.0, column.characters / 100)
    return score + 0.1 * column.place
