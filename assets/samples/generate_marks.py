"""Writes the samples of marked words beside it from our own phrases (`python assets/samples/generate_marks.py`); never run by the app."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 360
SLOT = re.compile(r"\{(\w+)\}")
Fill = Callable[[random.Random], str]

EN_FIRST = [
    "Ada",
    "Ben",
    "Carla",
    "Dmitri",
    "Elena",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kira",
    "Liam",
    "Mona",
    "Nils",
    "Olga",
    "Pia",
    "Quentin",
    "Rosa",
    "Sven",
    "Tara",
]
EN_LAST = [
    "Abbott",
    "Berg",
    "Castillo",
    "Doyle",
    "Ekström",
    "Farrow",
    "Greene",
    "Holm",
    "Ivanov",
    "Jensen",
    "Keller",
    "Lind",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Quist",
    "Reyes",
    "Stone",
    "Turner",
]
EN_PLACES = ["Lisbon", "Oslo", "Nairobi", "New York", "Kyoto", "Buenos Aires", "Cape Town", "Vienna", "Toronto", "Hanoi",
             "San Marino", "Prague", "Lima", "Dublin", "Porto Alegre", "Riga", "Cairo", "Perth"]  # fmt: skip
EN_FIRMS = ["Northwind Rail", "Bluebird Air", "Acorn Hotels", "Harbour & Sons", "Sunline", "Quickbed", "Tiger Tours", "Atlas Ferries",
            "Maple Inn", "Cobalt Cars", "Orbit Travel"]  # fmt: skip
EN_SHAPES = [
    "{person} flies to {place} with {firm} on Monday.",
    "Please book {firm} for {person}, arriving in {place} on the 4th.",
    "Is there a train from {place} to {place} before noon?",
    "{person} and {person} will stay at {firm} near the station.",
    "The tickets of {person} were sent to {place} by mistake.",
    "{firm} lost my bag in {place}, and nobody answers.",
    "Could {firm} move the trip to {place} to Friday?",
    "Thanks, the room was lovely, and the staff helped us at once.",
    "I asked {person} twice about the refund for {place}.",
    "From {place} we go on with {firm}; {person} has the papers.",
    "What time does breakfast end, and may we leave late?",
    "{person} from {firm} said that the bus leaves {place} at nine.",
    "Tell {person} that the meeting in {place} is off.",
    "we were late because {firm} cancelled, says {person}",
]
ZH_FAMILY = "李王张刘陈杨赵黄周吴徐孙马朱胡林"
ZH_GIVEN = [
    "小雨",
    "明",
    "思远",
    "佳",
    "建国",
    "雪",
    "子涵",
    "丽",
    "志强",
    "晨",
    "浩然",
    "婷婷",
    "文",
    "海燕",
]
ZH_PLACES = [
    "北京",
    "上海",
    "成都",
    "哈尔滨",
    "西安",
    "里斯本",
    "东京",
    "昆明",
    "青岛",
    "纽约",
    "呼和浩特",
    "厦门",
    "拉萨",
    "广州",
    "巴黎",
]
ZH_FIRMS = [
    "青鸟航空",
    "四海旅行社",
    "枫叶酒店",
    "大江轮渡",
    "快床公寓",
    "虎山租车",
    "蓝湾宾馆",
    "北风铁路",
    "晴天旅游",
]
ZH_SHAPES = [
    "{person}周一坐{firm}的航班去{place}。",
    "请帮{person}订{firm}，四号到{place}。",
    "从{place}到{place}上午有车吗？",
    "{person}和{person}住在车站旁边的{firm}。",
    "{firm}把我的行李落在了{place}，一直没人回复。",
    "能不能让{firm}把去{place}的行程改到周五？",
    "谢谢，房间很干净，服务也很周到。",
    "我问了{person}两次，去{place}的退款还没到。",
    "到{place}以后我们改乘{firm}，票在{person}那里。",
    "早餐几点结束？可以晚一点退房吗？",
    "{firm}的{person}说，九点从{place}发车。",
    "告诉{person}，{place}的会议取消了。",
]  # fmt: skip


def english(draw: random.Random) -> dict[str, Fill]:
    """Return what fills each slot."""
    return {
        "person": lambda d: (
            d.choice(EN_FIRST) + (f" {d.choice(EN_LAST)}" if draw.random() < 0.7 else "")
        ),
        "place": lambda d: d.choice(EN_PLACES),
        "firm": lambda d: d.choice(EN_FIRMS),
    }


def chinese(_: random.Random) -> dict[str, Fill]:
    """Return what fills each slot."""
    return {
        "person": lambda d: d.choice(ZH_FAMILY) + d.choice(ZH_GIVEN),
        "place": lambda d: d.choice(ZH_PLACES),
        "firm": lambda d: d.choice(ZH_FIRMS),
    }


def filled(
    shape: str, fills: dict[str, Fill], names: dict[str, str], draw: random.Random
) -> tuple[str, list[list[object]]]:
    """Return a phrase with its slots filled, and where each stands."""
    text, marks, at = "", [], 0
    for slot in SLOT.finditer(shape):
        text += shape[at : slot.start()]
        word = fills[slot[1]](draw)
        marks.append([len(text), len(text) + len(word), names[slot[1]]])
        text, at = text + word, slot.end()
    return text + shape[at:], marks


def write(
    name: str,
    shapes: list[str],
    make: Callable[[random.Random], dict[str, Fill]],
    names: dict[str, str],
) -> None:
    """Write one file of different texts."""
    draw = random.Random(name)  # noqa: S311  (no secret)
    fills, rows = make(draw), {}
    while len(rows) < ROWS:
        text, marks = filled(draw.choice(shapes), fills, names, draw)
        rows.setdefault(text, marks)
    lines = (
        json.dumps({"text": text, "entities": marks}, ensure_ascii=False)
        for text, marks in rows.items()
    )
    (HERE / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    write("trips_en", EN_SHAPES, english, {"person": "PERSON", "place": "PLACE", "firm": "COMPANY"})
    write("trips_zh", ZH_SHAPES, chinese, {"person": "人名", "place": "地名", "firm": "公司"})
