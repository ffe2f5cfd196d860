"""Writes the samples of questions on short texts beside it from our own phrases (`python assets/samples/generate_questions.py`); never run by the app."""

import json
import random
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PASSAGES = 75
FACTS = 7  # of a passage
QUESTIONS = 4  # on a passage, one in four about something that it does not say
Fact = tuple[
    str, tuple[str, ...], tuple[str, ...]
]  # sentence with {answer}, its answers, questions

EN_NAMES = ["Mill Library", "Harbour Museum", "Green Park Pool", "Old Town Theatre", "Sunrise Bakery", "North Bridge Cinema",
            "Lakeside Gallery", "Central Bookshop", "Hill School", "River Café", "Station Hotel", "Garden Market",
            "Castle Zoo", "Elm Street Clinic", "Blue Door Studio"]  # fmt: skip
EN_FACTS: list[Fact] = [
    ("It was founded in {answer} by a group of neighbours.", ("1887", "1904", "1921", "1956", "1973", "1998", "2006", "2015"),
     ("When was {name} founded?", "In which year did {name} begin?")),
    ("{name} stands on {answer}, not far from the station.", ("Mill Street", "Queen's Road", "Harbour Lane", "Chestnut Avenue", "King Square", "Bridge Street"),
     ("Where is {name}?", "On which street does {name} stand?")),
    ("Since last spring {answer} has been in charge.", ("Maria Lind", "Tom Abara", "Ines Keller", "Jonas Petrov", "Ruth Okafor", "David Stone"),
     ("Who is in charge of {name}?", "Who runs {name}?")),
    ("The doors open at {answer} in the morning.", ("seven", "half past seven", "eight", "half past eight", "nine", "ten"),
     ("When does {name} open in the morning?", "At what time do the doors of {name} open?")),
    ("A ticket costs {answer} for grown-ups, and children come in free.", ("three euros", "four euros", "five euros", "six euros", "eight euros", "twelve euros"),
     ("How much is a ticket for {name}?", "What does a ticket cost for grown-ups?")),
    ("It is closed {answer}.", ("on Mondays", "on Tuesdays", "on Sundays", "in August", "in January", "on public holidays"),
     ("When is {name} closed?", "On which days is {name} not open?")),
    ("About {answer} people visit it each year.", ("2,000", "4,500", "12,000", "30,000", "75,000", "110,000"),
     ("How many people visit {name} each year?", "How many visitors does {name} have a year?")),
    ("Most visitors come because of {answer}.", ("the glass roof", "the old clock", "the roof garden", "the painted ceiling", "the model railway", "the fish tank"),
     ("Why do most visitors come to {name}?", "What do most visitors of {name} come for?")),
    ("Guided tours are given in {answer}.", ("English and French", "Spanish", "English and Chinese", "German and Polish", "Italian"),
     ("In which languages are tours of {name} given?", "Which languages are guided tours in?")),
    ("The money for the new wing came from {answer}.", ("the city", "a lottery", "an unknown giver", "the harbour company", "three local firms"),
     ("Who paid for the new wing?", "Where did the money for the new wing come from?")),
    ("Parking is found behind {answer}.", ("the church", "the town hall", "the post office", "the fire station", "the old mill"),
     ("Where can one park?", "Where is parking found near {name}?")),
]  # fmt: skip
ZH_NAMES = ["临江图书馆", "海港博物馆", "绿园游泳馆", "老城剧院", "晨光面包店", "北桥电影院", "湖畔美术馆", "中心书店", "山前小学",
            "河边茶馆", "车站旅店", "花园市场", "古堡动物园", "榆树街诊所", "蓝门工作室"]  # fmt: skip
ZH_FACTS: list[Fact] = [
    ("它于{answer}由一群街坊创办。", ("1887年", "1904年", "1921年", "1956年", "1973年", "1998年", "2006年", "2015年"),
     ("{name}是什么时候创办的？", "{name}创办于哪一年？")),
    ("{name}位于{answer}，离车站不远。", ("磨坊街", "皇后路", "港湾巷", "栗树大道", "国王广场", "桥头街"),
     ("{name}在哪里？", "{name}位于哪条街？")),
    ("从去年春天起，由{answer}负责管理。", ("林玛丽", "陈志远", "周小雨", "王建国", "赵一鸣", "吴思远"),
     ("谁负责管理{name}？", "{name}的负责人是谁？")),
    ("每天早上{answer}开门。", ("七点", "七点半", "八点", "八点半", "九点", "十点"),
     ("{name}早上几点开门？", "{name}什么时候开门？")),
    ("成人票价是{answer}，儿童免费。", ("三元", "五元", "八元", "十元", "十五元", "二十元"),
     ("{name}的成人票多少钱？", "成人票价是多少？")),
    ("{answer}不开放。", ("每周一", "每周二", "每周日", "八月份", "一月份", "法定节假日"),
     ("{name}什么时候不开放？", "{name}哪些日子不开放？")),
    ("每年大约有{answer}人来参观。", ("两千", "四千五百", "一万二", "三万", "七万五千", "十一万"),
     ("每年有多少人来{name}参观？", "{name}一年大约接待多少人？")),
    ("大多数人是冲着{answer}来的。", ("玻璃屋顶", "老座钟", "屋顶花园", "彩绘天花板", "火车模型", "大鱼缸"),
     ("大多数人为什么来{name}？", "大多数人来{name}看什么？")),
    ("讲解使用{answer}。", ("英语和法语", "西班牙语", "英语和汉语", "德语和波兰语", "意大利语"),
     ("{name}的讲解使用哪些语言？", "讲解用什么语言？")),
    ("新馆的钱来自{answer}。", ("市政府", "一次彩票", "一位不留名的捐赠者", "港务公司", "三家本地企业"),
     ("新馆的钱从哪里来？", "谁出钱建了新馆？")),
    ("停车场在{answer}后面。", ("教堂", "市政厅", "邮局", "消防站", "老磨坊"),
     ("停车场在哪里？", "去{name}可以把车停在哪里？")),
]  # fmt: skip


def paragraph(
    dice: random.Random, name: str, facts: list[Fact], opening: str, join: str
) -> dict[str, Any]:
    """Return one passage with its questions, as SQuAD 2.0 has it."""
    order = dice.sample(facts, len(facts))
    said, left = order[:FACTS], order[FACTS:]
    context, places = opening.format(name=name), {}
    for sentence, answers, _ in said:
        answer = dice.choice(answers)
        before, after = sentence.format(name=name, answer="\0").split("\0")
        start = len(context) + len(join) + len(before)
        places[sentence] = [{"text": answer, "answer_start": start}]
        context += join + before + answer + after
    asked = []
    for number, fact in enumerate([*dice.sample(said, QUESTIONS - 1), left[0]]):
        sentence, _, questions = fact
        found = places.get(sentence, [])
        text = dice.choice(questions).format(name=name)
        asked.append(
            {"id": f"{number}", "question": text, "answers": found, "is_impossible": not found}
        )
    return {"context": context, "qas": asked}


def write(path: Path, names: list[str], facts: list[Fact], opening: str, join: str) -> None:
    """Write one file of passages."""
    dice = random.Random(path.name)  # noqa: S311 - no secret
    rows = []
    for number in range(PASSAGES):
        name = names[number % len(names)]
        made = paragraph(dice, name, facts, opening, join)
        for asked in made["qas"]:
            asked["id"] = f"{number + 1}-{asked['id']}"
        rows.append({"title": name, "paragraphs": [made]})
    told = {"version": "v2.0", "data": rows}
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    write(HERE / "places_en.json", EN_NAMES, EN_FACTS, "{name} is well known in our town.", " ")
    write(HERE / "places_zh.json", ZH_NAMES, ZH_FACTS, "{name}在我们镇上很有名。", "")
