"""Writes the samples for writing and dialogue beside it from our own phrases (`python assets/samples/generate_writing.py`); never run by the app."""

import json
import random
from pathlib import Path

HERE = Path(__file__).parent
DAYS, CHATS = 400, 240

WINDS = [
    "north wind",
    "wind from the west",
    "light breeze",
    "hard easterly wind",
    "warm wind from the land",
    "wind that could not decide",
]
SEAS = ["the sea lay flat as a plate", "the waves came over the lower steps", "the water was grey and restless", "a long swell ran under the rocks",
        "the bay was full of white caps", "the tide went out further than usual"]  # fmt: skip
SIGHTS = ["a red cutter went past the point", "two fishing boats waited for the tide", "a ferry blew its horn in the fog", "seven geese crossed the beam",
          "a seal slept on the landing stage", "nobody came up the path", "a sail turned back at the second buoy"]  # fmt: skip
WORKS = ["I cleaned the great lens twice", "I painted the railing of the gallery", "I mended the stove with wire", "I wound the clockwork and wrote up the log",
         "I carried oil up the hundred and twelve steps", "I wrote to my sister about the winter", "I oiled the hinges of the lamp room"]  # fmt: skip
MEALS = [
    "soup with barley",
    "bread and smoked herring",
    "potatoes and an onion",
    "the last of the plum jam",
    "tea, and more tea",
]
NIGHTS = ["The lamp burned without a flicker until dawn.", "Toward midnight the fog came in, and I rang the bell.", "I lit the lamp at dusk and did not sleep.",
          "The light turned all night, and I read by its edge.", "A moth the size of my thumb danced round the glass."]  # fmt: skip
THOUGHTS = ["I think the cat knows the weather before I do.", "It is quiet here, but it is never silent.", "Some days the whole world is one grey line.",
            "I counted the steps again; there are still one hundred and twelve.", "I should like to hear another voice one of these days.", ""]  # fmt: skip

BOOKS = [
    "《海边的灯》",
    "《小城旧事》",
    "《数学之美》",
    "《做饭的艺术》",
    "《星空入门》",
    "《茶与人》",
    "《鸟的迁徙》",
    "《老街》",
    "《初学编程》",
    "《山里的信》",
]
FLOORS = ["一楼", "二楼东侧", "二楼西侧", "三楼", "地下一层"]
HOURS = ["九点到十八点", "十点到二十点", "八点半到十七点"]
ROOMS = ["自习室", "儿童阅览室", "报刊室", "电脑室", "影音室"]
HELLO = ["你好，", "请问", "您好，", "麻烦问一下，", ""]
THANKS = ["还需要别的帮助吗？", "祝您阅读愉快。", "如果找不到，可以到服务台问我们。", ""]


def day(chance: random.Random, number: int) -> str:
    """Return the entry of a day."""
    pick = chance.choice
    lines = [
        f"Day {number}. {pick(WINDS).capitalize()}; {pick(SEAS)}.",
        f"In the morning {pick(SIGHTS)}. {pick(WORKS)}, and ate {pick(MEALS)}.",
        pick(NIGHTS),
        pick(THOUGHTS),
    ]
    return " ".join(line for line in lines if line)


def chat(chance: random.Random) -> list[str]:
    """Return a question, its answer, and sometimes another round."""
    pick = chance.choice
    book, room = pick(BOOKS), pick(ROOMS)
    floor, hours, count = (
        FLOORS[BOOKS.index(book) % 5],
        HOURS[ROOMS.index(room) % 3],
        1 + BOOKS.index(book) % 4,
    )
    rounds = [
        (f"{pick(HELLO)}{book}在哪里？", f"{book}在{floor}，现在还有{count}本可以借。{pick(THANKS)}"),
        (f"{pick(HELLO)}{room}几点开门？", f"{room}的开放时间是{hours}，周一闭馆。{pick(THANKS)}"),
        (f"{pick(HELLO)}我想借{book}，可以借多久？", f"{book}可以借三十天，到期前还可以续借一次。{pick(THANKS)}"),
        (f"{pick(HELLO)}可以在{room}打电话吗？", f"请不要在{room}打电话，走廊里可以。{pick(THANKS)}"),
        (f"{pick(HELLO)}{book}被借走了怎么办？", f"您可以预约{book}，书还回来以后我们会发短信通知您。{pick(THANKS)}"),
    ]  # fmt: skip
    return [turn for said in chance.sample(rounds, pick([1, 1, 2])) for turn in said]


def main() -> None:
    """Write both files."""
    chance = random.Random(7)  # noqa: S311  (no secret)
    entries = [day(chance, number) for number in range(1, DAYS + 1)]
    (HERE / "diary_en.txt").write_text("\n\n".join(entries) + "\n", "utf-8")
    with (HERE / "chat_zh.jsonl").open("w", encoding="utf-8") as file:
        seen: set[str] = set()
        while len(seen) < CHATS:
            turns = chat(chance)
            names = ("user", "assistant")
            messages = [{"role": names[n % 2], "content": turn} for n, turn in enumerate(turns)]
            line = json.dumps({"messages": messages}, ensure_ascii=False)
            if line not in seen:
                seen.add(line)
                file.write(line + "\n")


if __name__ == "__main__":
    main()
