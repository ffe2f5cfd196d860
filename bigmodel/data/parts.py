"""Names of parts: "train", "seg_test", "训练集"; it looks at names only."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from bigmodel.core.datasets.dataset import Split

GAP = r"[\s_\-.()（）]*"
THINGS = (
    r"sets?|data|datasets?|images?|imgs?|jpe?gs?|pngs?|audios?|wavs?|mp3s?|sounds?|clips?|recordings?|photos?|pics?"
    r"|pictures?|files?|samples?|splits?|folders?|lists?|seg|clean|other|all|raw|media|content"
    r"|集合?|数据集?|图片?|图像|照片|样本|音频|录音|文件夹?"
)
AROUND = rf"{THINGS}|new|final|small|mini|full|v?\d++[a-z]?"  # digits are one number: a long one would have very many halves
KINDS = {
    Split.TRAIN: r"train(?:ing|s|ed)?|trn|训练|訓練",
    Split.VALIDATION: r"val(?:id|idate|idation|s)?|dev(?:el|elopment)?|eval(?:uate|uation)?|验证|驗證|校验",
    Split.TEST: r"test(?:ing|s)?|tst|hold[\s_-]?out|测试|測試|检验",
    Split.NONE: r"pred(?:ict|iction|ictions)?|un-?labell?ed|unsup(?:ervised)?|submission|inference|预测|待预测|未标注|无标签",
}
SPLITS = {
    split: re.compile(rf"(?:(?:{AROUND}){GAP})*(?:{words})(?:{GAP}(?:{AROUND}))*{GAP}")
    for split, words in KINDS.items()
}

FLAG = re.compile(
    r"(?P<is>(?:is|in|for|use(?:d)?[\s_]?(?:as|for|in)?|是否为?|是不是)[\s_]*)?(?P<part>.+?)(?:[\s_]*(?:flag|\?|？))?"
)
BARE = re.compile(
    r"train|val|valid|validation|hold[\s_-]?out|[训測测验驗][练試试证證]集"
)  # a test may be of blood
YES = {"1", "1.0", "true", "yes", "y", "t", "x", "是", "对", "√"}
NO = {"0", "0.0", "false", "no", "n", "f", "否", "不是", "×"}
LONGEST = 60  # characters of a name of a part; numbers of orders and sentences are none
OF_CONTESTS = re.compile(
    r"^(public|private)[\s_-]*", re.IGNORECASE
)  # before "Test", as Kaggle has it


@lru_cache(maxsize=4096)
def split_of(name: str) -> Split | None:
    """Return the part that a name stands for ("train", "seg_test", "训练集"), or None."""
    plain = unicodedata.normalize("NFKC", name[: LONGEST + 1]).casefold().strip()
    if len(plain) > LONGEST:
        return None
    return next((split for split, words in SPLITS.items() if words.fullmatch(plain)), None)


def parts_in(values: Iterable[str], column: str = "") -> dict[str, Split]:
    """Return the part that each value of a column names, none where one names none or nothing is held out from training.

    In a column that is called like a part ("is_test"), yes and no, or 1 and 0, say which rows are in it.
    """
    different = {value for value in values if value.strip()}
    found: dict[str, Split | None] = {**flags_in(different, column)}
    found = found or {value: part_of(value) for value in different}
    parts = {value: part for value, part in found.items() if part is not None}
    told = set(parts.values())
    is_split = Split.TRAIN in told and told & {Split.TEST, Split.VALIDATION}
    return parts if is_split and len(parts) == len(found) else {}


def flags_in(values: Iterable[str], column: str) -> dict[str, Split]:
    """Return the part of each value where a column is called like one and says yes or no, else nothing."""
    called = FLAG.fullmatch(unicodedata.normalize("NFKC", column).casefold().strip())
    part = split_of(called["part"]) if called else None
    said = {value: value.strip().casefold() for value in values}
    if called is None or part is None or part is Split.NONE or not set(said.values()) <= YES | NO:
        return {}
    if not called["is"] and not BARE.fullmatch(called["part"]):
        return {}
    other = Split.TEST if part is Split.TRAIN else Split.TRAIN
    return {value: part if word in YES else other for value, word in said.items()}


def written(part: Split | str | None) -> str:
    """Return what a column of parts says of a row: nothing where it is in none, so that it voids no other."""
    return "" if part in (None, Split.NONE) else str(part)


def part_of(value: str) -> Split | None:
    """Return the part that a cell names ("train", "PublicTest"), or None."""
    return split_of(OF_CONTESTS.sub("", value.strip()))
