"""Which column is the text and which is the label: a guess from content and names that people can always overrule."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2, sqrt

from bigmodel.core.datasets.dataset import NO_LABEL
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.core.target import TargetKind
from bigmodel.data.parts import parts_in
from bigmodel.data.tables.label import is_no_answer, listed
from bigmodel.data.tables.moment import is_moment
from bigmodel.data.tables.number import as_number

TEXT_NAMES = re.compile(
    r"text|review|comment|content|sentence|message|body|description|tweet|title|question|utterance|feedback"
    r"|文本|评论|内容|正文|句子|留言|消息|描述|问题|评语|反馈|标题",
    re.IGNORECASE,
)
LABEL_NAMES = re.compile(
    r"label|class|categor|sentiment|target|rating|score|stars?|topic|intent|polarity|emotion|^y$|^tag$|is_?spam"
    r"|satisfaction|标签|类别|分类|情感|情绪|评分|星级|打分|得分|类型|主题|意图|分数|满意(?:度|程度)",
    re.IGNORECASE,
)
SURENESS = re.compile(
    r"confidence|probabilit|certainty|agreement|置信|概率|一致性", re.IGNORECASE
)  # of a label
SURE_LABEL_NAMES = re.compile(r"label|target|class|categor|sentiment|标签|类别|情感", re.IGNORECASE)
OTHER_NAMES = re.compile(
    r"(^|_|\b)(id|uuid|url|link|date|time|index|user|author|name|phone|order|no|price|amount|shop|store|branch"
    r"|city|region|channel|platform|customer|notes?|remarks?|memo)(\b|_|$)"
    r"|^来自ip$|编号|日期|时间|链接|用户|序号|姓名|顾客|客户|昵称|会员|买家|卖家|电话|手机|订单(?!状态)|单号|价格|金额|数量|门店|店铺|城市|地区|渠道|平台|备注|附注",
    re.IGNORECASE,
)
SPARSE = 0.2  # a column that is filled less often holds labels only if its name says so
LEAST_AS_LABEL = (
    1.0  # of `_as_label`: a column below it is not taken for labels unless somebody says so
)


CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
QUESTION = re.compile(r"[?？]|\S+ \S+ \S+ \S+ \S+|[\u4e00-\u9fff]{9}")  # a name that asks something
KEY = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}|[a-z]{0,8}[-_#:]?\d+|\S+@\S+\.\w+|https?://\S+|(\d{1,3}\.){3}\d{1,3}( ?\(.*\))?",
    re.IGNORECASE,
)
FILE = re.compile(
    r"\S.*\.(jpe?g|png|gif|webp|tiff?|wav|mp3|m4a|flac|ogg|mp4|pdf|docx?|txt|csv)", re.IGNORECASE
)
MOST_PARTS = 12  # different names of parts (train, test) in a column that parts its rows
FEW_FOR_KEYS = 10  # rows below which different values say nothing
INTENT = re.compile(r"intent|意图", re.IGNORECASE)
ZERO_ONE = {"0", "1", "0.0", "1.0", "true", "false", "True", "False"}
HEADINGS = re.compile(r"titles?|question|标题|问题", re.IGNORECASE)  # of a text, where there is one
TRUTHS = {"true", "false"}
TICKS = set("xX✓✔√*●")  # put where a label holds, and nothing where not
LEAST_ONE_HOT = 3  # columns of 0 and 1 that are one label each
AGAIN = re.compile(r"(?P<name>.+) \(\d+\)")  # how a second column of a name is called
ROUNDED = 0.02  # by which shares of one row may miss 1
QUANTITY = re.compile(r"[^\w\s]{0,2}\s?\d")
LONGEST_QUANTITY = 20.0
DURATIONS = re.compile(
    r"duration|elapsed|time.?taken|runtime|dauer|durée|时长|用时|耗时", re.IGNORECASE
)
UNNAMED = re.compile(r"column \d+")  # such names say nothing of what belongs together
HALVES = (
    ("1", "2"), ("2", "1"), ("_a", "_b"), ("_b", "_a"), ("premise", "hypothesis"), ("hypothesis", "premise"),
    ("query", "title"), ("query", "document"), ("1 string", "2 string"), ("2 string", "1 string"),
)  # fmt: skip
CLOSE = 1.0  # in score: then another column might be the label as well


@dataclass(frozen=True)
class Guess:
    """The columns a task would read and learn; no label where no column looks like one. `remarks` say what was taken.

    `more` are further columns to read, for a task that reads several.
    """

    text: str
    label: str
    remarks: tuple[Message, ...] = field(default=(), compare=False)
    more: tuple[str, ...] = ()
    kind: str = ""  # target kind, where the columns tell it
    also: tuple[str, ...] = ()  # further columns to learn, for a task that learns several


@dataclass(frozen=True)
class _Column:
    name: str
    place: float  # 0 (first) to 1 (last)
    filled: int
    share: float  # of the rows that are filled
    distinct: int
    characters: float  # mean length
    number_share: float
    moment_share: float  # dates and times
    key_share: float  # ids, links, addresses, names of files
    is_zero_one: bool
    is_truth: bool  # true and false, as programs write them
    is_part: bool  # says which rows are for training and which for the test
    calls_text: bool
    calls_label: bool
    calls_other: bool

    @property
    def is_key(self) -> bool:
        """Whether each row has its own, as ids have."""
        return self.filled > FEW_FOR_KEYS and self.distinct == self.filled and self.key_share > 0.9

    @property
    def is_amount(self) -> bool:
        """Whether it holds numbers to learn, rather than ids, dates or a constant."""
        is_number = self.number_share >= 0.95 and self.distinct > 2
        return is_number and not self.is_key and self.moment_share < 0.5


def guess_columns(
    sample: Mapping[str, Sequence[str]],
    *,
    text: str = "",
    label: str = "",
    more: Sequence[str] = (),
    kind: TargetKind | None = None,
    known: Iterable[TargetKind] = (),
) -> Guess:
    """Return the likeliest columns; those that are given are only checked. `NO_LABEL` gives none.

    Args:
        sample: some values of each column.
        text: the column to read, if somebody said which.
        label: the column to learn, if somebody said which.
        more: further columns to read.
        kind: the target kind, if somebody said which.
        known: every target kind: some know their columns by the values.

    Raises:
        DatasetError: `column_unknown`, `columns_same`.
    """
    for name in filter(str.strip, (text, label, *more)):
        if name not in sample:
            raise DatasetError("column_unknown", column=name, known=", ".join(sample))
    if text and text == label:
        raise DatasetError("columns_same", column=text)
    taken = {text, *more}
    marked = label or _recognised(sample, taken, [kind] if kind else known)
    label = marked if label or kind else _intent_before(marked, sample, taken)
    columns = _columns(sample, (text, label, *more))
    if not text:
        text = max((c for c in columns if c.name not in (label, *more)), key=_as_text).name
    if label == NO_LABEL or (kind and not kind.is_given):
        return Guess(text, "", more=tuple(more))
    others = [c for c in columns if c.name not in (text, *more)]
    remarks: list[Message] = _chosen(label, [marked]) if label != marked else []
    if not label and kind and kind.is_prose and others:
        label = max(others, key=_as_text).name
    if not label and (shares := _shares_in(sample, others)):
        remarks = [
            Message("data.problems.labels_shares", {"columns": listed(shares, 8)}, "warning")
        ]
    elif not label:
        label, remarks = _label_of(others)
        remarks += [] if label else _unread(sample, others)
        label, remarks = _in_words(sample, label, remarks)
    return Guess(text, label, (*remarks, *_doubts(sample, text, label, more)), tuple(more))


def _doubts(
    sample: Mapping[str, Sequence[str]], text: str, label: str, more: Sequence[str]
) -> Iterator[Message]:
    """Yield what may be wrong with columns that were chosen."""
    if label:
        yield from _repeats(sample, text, label)
        yield from _named_again(sample, label)
        yield from () if more else _half_read(sample, text, label)


def _columns(sample: Mapping[str, Sequence[str]], named: Collection[str]) -> list[_Column]:
    """Return what can be chosen between: of columns that bear one name the first, and those that somebody named."""
    firsts = [name for name in sample if name in named or _first_of(name) not in sample]
    if len(firsts) < 2:
        firsts = list(sample)
    return [_look(name, at / len(firsts), sample[name]) for at, name in enumerate(firsts)]


def _first_of(name: str) -> str:
    """Return the column that a name was taken by before ("label" of "label (2)"), "" where none was."""
    found = AGAIN.fullmatch(name)
    return found["name"] if found else ""


def _named_again(sample: Mapping[str, Sequence[str]], label: str) -> Iterator[Message]:
    """Yield that other columns bear the name of the one that is learned."""
    if others := [name for name in sample if _first_of(name) == label]:
        args = {"column": label, "others": listed(others)}
        yield Message("data.problems.label_named_again", args, "warning")


def likest_texts(sample: Mapping[str, Sequence[str]], count: int) -> list[str]:
    """Return the columns that look most like texts, the likeliest first."""
    columns = [_look(name, i / len(sample), sample[name]) for i, name in enumerate(sample)]
    return [c.name for c in sorted(columns, key=_as_text, reverse=True)[:count]]


def likeliest_labels(sample: Mapping[str, Sequence[str]], most: int) -> list[str]:
    """Return the columns that look like classes or amounts, in the order of the table, at most the likeliest few."""
    columns = [_look(name, i / len(sample), sample[name]) for i, name in enumerate(sample)]
    likely = [c for c in columns if not c.calls_other and (_is_likely(c) or c.is_amount)]
    best = {c.name for c in sorted(likely, key=_as_label, reverse=True)[:most]}
    return [name for name in sample if name in best]


def _recognised(
    sample: Mapping[str, Sequence[str]], taken: Collection[str], kinds: Iterable[TargetKind]
) -> str:
    """Return the first column whose values can be nothing but targets, "" where there is none."""
    left = {name: [value for value in sample[name] if value.strip()] for name in sample}
    found = (
        name
        for kind in kinds
        for name, values in left.items()
        if name not in taken and values and kind.recognises(values)
    )
    return next(found, "")


def _intent_before(marked: str, sample: Mapping[str, Sequence[str]], taken: Collection[str]) -> str:
    """Return the intents that stand beside marked words: they are asked for first."""
    intents = (c for c in sample if marked and c not in taken and INTENT.fullmatch(c.strip()))
    return next(intents, marked)


def _chosen(label: str, others: Sequence[str]) -> list[Message]:
    args = {"column": label, "others": listed(others)}
    return [Message("data.problems.label_chosen", args, "info")]


def _label_of(columns: Sequence[_Column]) -> tuple[str, list[Message]]:
    """Return the column of labels, "" where none looks like one, and what is to be said about that."""
    likely = sorted(filter(_is_likely, columns), key=_as_label, reverse=True)
    ones = [c for c in columns if c.is_zero_one]
    is_open = not likely or (likely[0] in ones and not likely[0].calls_label)
    if is_open and len(ones) >= LEAST_ONE_HOT:
        names = listed([c.name for c in ones], 8)
        return "", [Message("data.problems.labels_one_hot", {"columns": names}, "warning")]
    if likely:
        close = [c.name for c in likely[1:] if _as_label(likely[0]) - _as_label(c) < CLOSE]
        return likely[0].name, _chosen(likely[0].name, close) if close else []
    usable = [c for c in columns if not c.is_key and c.moment_share < 0.5 and c.distinct > 1]
    return (usable[0].name, []) if len(usable) == 1 and usable[0].is_amount else ("", [])


def _shares_in(sample: Mapping[str, Sequence[str]], columns: Sequence[_Column]) -> list[str]:
    """Return columns that say how likely each class is: their numbers make 1 in each row, and no column names the class."""
    named = any(SURE_LABEL_NAMES.search(c.name) and c.number_share < 0.5 for c in columns)
    names = [c.name for c in columns if c.number_share >= 0.95 and not c.is_key]
    values = [[as_number(value.strip()) for value in sample[name]] for name in names]
    held = [
        (name, each)
        for name, each in zip(names, values, strict=True)
        if all(v is None or 0 <= v <= 1 for v in each)
    ]
    rows = list(zip(*(each for _, each in held), strict=True))
    ones = sum(abs(sum(v or 0.0 for v in row) - 1) <= ROUNDED for row in rows)
    are_ticks = sum(c.is_zero_one for c in columns) >= LEAST_ONE_HOT  # told as such
    is_shared = not (named or are_ticks) and len(held) > 1 and ones >= 0.95 * len(rows)
    return [name for name, _ in held] if is_shared else []


def _unread(sample: Mapping[str, Sequence[str]], columns: Sequence[_Column]) -> list[Message]:
    """Return what is to be said of columns that begin with digits and are no numbers: spans, durations, several units."""
    found = [
        (c.name, next(filter(QUANTITY.match, map(str.strip, sample[c.name]))))
        for c in columns
        if c.distinct > 2 and c.key_share < 0.9 and c.characters <= LONGEST_QUANTITY
        and c.number_share < 0.95 and (c.moment_share < 0.5 or DURATIONS.search(c.name))
        and sum(bool(QUANTITY.match(v.strip())) for v in sample[c.name]) >= 0.9 * len(sample[c.name])
    ]  # fmt: skip
    shown = [f"{name} (“{example}”)" for name, example in found]
    return [Message("data.problems.amounts_unread", {"columns": listed(shown)}, "warning")] * bool(
        found
    )


def _half_read(sample: Mapping[str, Sequence[str]], text: str, label: str) -> Iterator[Message]:
    """Yield that another text belongs to the one that is read ("sentence2" to "sentence1"), so that half a row says little."""
    own = text.casefold()
    for other in (own.removesuffix(a) + b for a, b in HALVES if own.endswith(a)):
        name = next((n for n in sample if n.casefold() == other), "")
        if name not in ("", text, label) and not UNNAMED.fullmatch(text):
            yield Message("data.problems.half_read", {"column": text, "other": name}, "warning")
            return


def _in_words(
    sample: Mapping[str, Sequence[str]], label: str, remarks: list[Message]
) -> tuple[str, list[Message]]:
    """Return the column that says in words what the label says in numbers ("label_desc" of "label"), else the label."""
    if not label or not all(value.strip().isdecimal() for value in sample[label] if value.strip()):
        return label, remarks
    described = re.compile(
        re.escape(label) + r"[_ ]?(desc\w*|des|names?|texts?|str)", re.IGNORECASE
    )
    pairs = {name: set(zip(sample[label], sample[name], strict=True)) for name in sample}
    kinds = len(set(sample[label]))
    are_unnamed = kinds > 1 and all(map(UNNAMED.fullmatch, sample))
    for name, pairs_of in pairs.items():
        is_named = described.fullmatch(name) or (are_unnamed and _says_names(sample[name]))
        if is_named and len(pairs_of) == kinds == len(set(sample[name])):
            return name, _chosen(name, [label])
    return label, remarks


def _says_names(values: Sequence[str]) -> bool:
    return all(any(letter.isalpha() for letter in value) for value in values if value.strip())


def _repeats(sample: Mapping[str, Sequence[str]], text: str, label: str) -> Iterator[Message]:
    """Yield a remark on columns that repeat the label, so that they are not taken for the text."""
    values = sample[label]
    if len(set(values)) < 2 or len(set(values)) == len(values):
        return
    same = [
        name
        for name, others in sample.items()
        if name not in (text, label)
        and len(set(others)) == len(set(values)) == len(set(zip(values, others, strict=True)))
    ]
    if same:
        args = {"columns": listed(same), "label": label}
        yield Message("data.problems.columns_repeat_label", args, "info")


def _look(name: str, place: float, values: Sequence[str]) -> _Column:
    told = (value.strip() for value in values if value.strip())
    filled = [value for value in told if not is_no_answer(value)]
    count = max(1, len(filled))
    called = CAMEL.sub("_", name)
    different = set(filled)
    is_asked = bool(QUESTION.search(name))
    is_sureness = bool(SURENESS.search(called)) and not is_asked
    return _Column(
        name=name,
        place=place,
        filled=len(filled),
        share=len(filled) / max(1, len(values)),
        distinct=len(different),
        characters=sum(map(len, filled)) / count,
        number_share=sum(as_number(value) is not None for value in filled) / count,
        moment_share=sum(map(is_moment, filled)) / count,
        key_share=sum(bool(KEY.fullmatch(v) or FILE.fullmatch(v)) for v in filled) / count,
        is_zero_one=(different <= ZERO_ONE and len(different) > 1)
        or (len(different) == 1 and different <= TICKS and len(filled) < len(values)),
        is_truth={value.casefold() for value in different} == TRUTHS,
        is_part=len(different) <= MOST_PARTS and bool(parts_in(different, name)),
        calls_text=bool(TEXT_NAMES.search(called)),
        calls_label=bool(LABEL_NAMES.search(called)) and not (is_asked or is_sureness),
        calls_other=is_sureness or (bool(OTHER_NAMES.search(called)) and not is_asked),
    )


def _is_likely(column: _Column) -> bool:
    if column.moment_share > 0.5 or column.is_part:
        return False
    is_named = bool(column.filled and SURE_LABEL_NAMES.search(column.name) and column.calls_label)
    return is_named or _as_label(column) >= LEAST_AS_LABEL


def _as_text(column: _Column) -> float:
    if not column.filled or column.is_part:
        return -10.0
    score = log2(1 + min(column.characters, 500)) / 3 + column.distinct / column.filled
    name = column.name.strip()
    score += 2.5 * bool(TEXT_NAMES.fullmatch(name) and not HEADINGS.fullmatch(name))
    score -= 4 * (column.distinct < 2 and column.filled > FEW_FOR_KEYS)
    score += 1.5 * column.calls_text - 1.5 * column.calls_label - 2 * column.calls_other
    score -= 3 * column.moment_share + 2 * column.key_share
    return score - 2.5 * column.number_share - 0.1 * column.place


def _as_label(column: _Column) -> float:
    if not column.filled:
        return -10.0
    score = 3.0 * column.calls_label - 2 * column.calls_other
    score += bool(SURE_LABEL_NAMES.search(column.name)) and column.calls_label
    if column.distinct < 2:
        score -= 6
    if column.share < SPARSE:
        score -= 1.5 if column.calls_label else 3  # a remark here and there
    few = max(20.0, sqrt(column.filled))
    score += 2.0 if column.distinct <= few else 0.0
    score += 0.7 * max(column.number_share, 1.5 * column.is_truth)
    is_each_own = column.distinct == column.filled and column.filled > FEW_FOR_KEYS
    if is_each_own and column.number_share < 0.95:
        score -= 2
    score -= 4 * column.moment_share + 2 * column.is_key
    score -= min(2.0, column.characters / 100)
    return score + 0.1 * column.place
