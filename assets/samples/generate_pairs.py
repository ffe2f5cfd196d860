"""Writes the sample tables of sentences in two languages from our own phrase grammar; never run by the app.

`python assets/samples/generate_pairs.py`: what somebody says on a journey, in English and in Chinese beside it.
"""

import csv
import random
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 480
PLACES = (
    ("the station", "车站"), ("the museum", "博物馆"), ("the hotel", "酒店"), ("the market", "市场"), ("the library", "图书馆"),
    ("the hospital", "医院"), ("the airport", "机场"), ("the bank", "银行"), ("the harbour", "港口"), ("the old town", "老城"),
)  # fmt: skip
THINGS = (
    ("a cup of tea", "一杯茶"), ("a bowl of noodles", "一碗面"), ("a bottle of water", "一瓶水"), ("a map of the city", "一张城市地图"),
    ("a ticket", "一张票"), ("two tickets", "两张票"), ("a quiet room", "一个安静的房间"), ("an umbrella", "一把雨伞"),
    ("some fruit", "一些水果"), ("a taxi", "一辆出租车"),
)  # fmt: skip
PEOPLE = (
    ("my brother", "我哥哥"), ("my sister", "我姐姐"), ("my friend", "我朋友"), ("our teacher", "我们的老师"), ("the driver", "司机"),
    ("my mother", "我妈妈"), ("the doctor", "医生"), ("our guide", "我们的导游"),
)  # fmt: skip
TIMES = (
    ("today", "今天"), ("tomorrow", "明天"), ("this evening", "今天晚上"), ("on Monday", "星期一"), ("on Friday", "星期五"),
    ("next week", "下个星期"), ("in the morning", "早上"), ("at noon", "中午"),
)  # fmt: skip
PATTERNS = (
    ("Where is {0}?", "{0}在哪里？", (PLACES,)),
    ("How do I get to {0}?", "去{0}怎么走？", (PLACES,)),
    ("Is {0} far from {1}?", "{0}离{1}远吗？", (PLACES, PLACES)),
    ("{0} opens {1}.", "{0}{1}开门。", (PLACES, TIMES)),
    ("{0} is closed {1}.", "{0}{1}不开门。", (PLACES, TIMES)),
    ("I would like {0}, please.", "请给我{0}。", (THINGS,)),
    ("How much is {0}?", "{0}多少钱？", (THINGS,)),
    ("{0} needs {1}.", "{0}需要{1}。", (PEOPLE, THINGS)),
    ("{0} wants {1} {2}.", "{0}{2}想要{1}。", (PEOPLE, THINGS, TIMES)),
    ("{0} is going to {1} {2}.", "{0}{2}去{1}。", (PEOPLE, PLACES, TIMES)),
    ("{0} is waiting at {1}.", "{0}在{1}等着。", (PEOPLE, PLACES)),
    ("Will {0} come {1}?", "{0}{1}来吗？", (PEOPLE, TIMES)),
    ("We met {0} at {1}.", "我们在{1}见到了{0}。", (PEOPLE, PLACES)),
    ("Please wait for {0} at {1}.", "请在{1}等{0}。", (PEOPLE, PLACES)),
)  # fmt: skip


def main() -> None:
    """Write both tables: the same sentences, one way and the other."""
    made = pairs()
    for name, head, turn in (
        ("phrases_en", ("English", "Chinese"), 1),
        ("phrases_zh", ("中文", "英文"), -1),
    ):
        with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(head)
            rows.writerows(pair[::turn] for pair in made)


def pairs() -> list[tuple[str, str]]:
    """Return sentences in English and Chinese, none twice, of every pattern some."""
    draw = random.Random(5)  # noqa: S311  (no secret)
    found: list[tuple[str, str]] = []
    for english, chinese, slots in PATTERNS:
        every = [words for words in product(*slots) if len(set(words)) == len(words)]
        draw.shuffle(every)
        for words in every[: 2 * ROWS // len(PATTERNS)]:
            said = english.format(*(word[0] for word in words))
            found.append((said[0].upper() + said[1:], chinese.format(*(word[1] for word in words))))
    draw.shuffle(found)
    return found[:ROWS]


if __name__ == "__main__":
    main()
