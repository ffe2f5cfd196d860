"""Writes the sample tables beside it from our own phrase grammar (`python assets/samples/generate.py`); never run by the app."""

import csv
import random
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 400
Row = tuple[str, str]

# What people write of each thing: pleased, displeased, neither.
ZH_SAID = {
    "服务": (
        ("很好", "很周到", "特别热情", "没得挑", "态度不错"),
        ("很差", "太慢", "不好", "态度恶劣", "爱答不理", "让人生气"),
        ("一般", "还行", "正常水平", "谈不上好坏"),
    ),
    "味道": (
        ("很好", "不错", "很赞", "好吃极了", "比想象中好", "一点也不腻"),
        ("很差", "太咸", "难吃", "不新鲜", "没有想象中好", "让人失望"),
        ("一般", "还可以", "中规中矩", "和别家差不多"),
    ),
    "送餐": (
        ("很快", "准时", "很及时", "比预计早到"),
        ("太慢", "晚了一个小时", "送错了", "等到菜都凉了"),
        ("时间正常", "不快也不慢", "和平时一样"),
    ),
    "包装": (
        ("很精美", "很用心", "严实", "没有一点破损"),
        ("破了", "太敷衍", "漏汤", "脏兮兮的"),
        ("普通", "就是普通盒子", "说得过去"),
    ),
    "质量": (
        ("很好", "超出预期", "不错", "结实耐用", "没有毛病"),
        ("很差", "太糟糕", "用两天就坏了", "跟描述不符", "不行"),
        ("一般", "对得起这个价", "还没看出来"),
    ),
    "房间": (
        ("干净", "很舒服", "宽敞明亮", "安静"),
        ("太脏", "有霉味", "吵得睡不着", "又小又旧"),
        ("一般大", "和图片一样", "够住"),
    ),
    "价格": (
        ("实惠", "很划算", "便宜", "值"),
        ("太贵", "虚高", "不值", "坑人"),
        ("正常", "和别家一样", "不算便宜也不算贵"),
    ),
    "客服": (
        ("有耐心", "回复很快", "帮忙解决了", "很专业"),
        ("不理人", "态度差", "一直推脱", "根本不解决问题"),
        ("照章办事", "回复了一句", "还没联系"),
    ),
}
ZH_WHOLE = {
    "正面": (
        "非常满意",
        "很喜欢",
        "下次还会再来",
        "推荐给大家",
        "超值",
        "真不错",
        "太好了",
        "五星好评",
    ),
    "负面": ("非常失望", "再也不来了", "不推荐", "太差了", "后悔买了", "想退货", "差评", "浪费钱"),
    "中性": ("凑合能用", "一般般", "先用着看", "没什么特别的", "说不上好坏", "看个人喜好"),
}
ZH_OPEN = (
    "",
    "",
    "",
    "",
    "第一次来，",
    "朋友推荐的，",
    "昨天点的，",
    "给家里人买的，",
    "老顾客了，",
    "说实话，",
)
ZH_PLACE = {"正面": 0, "负面": 1, "中性": 2}

EN_STARTS = (
    "Hi, ",
    "Hello team, ",
    "",
    "",
    "",
    "Third time writing: ",
    "Quick question: ",
    "Good morning, ",
    "Not sure who handles this, but ",
    "Please help, ",
)
EN_ENDS = (
    "",
    "",
    " Can you check?",
    " Order 48213.",
    " Thanks in advance.",
    " I need this sorted today.",
    " What should I do?",
    " This is for my daughter.",
    " I already tried twice.",
)

EN_TOPICS = {
    "billing": (
        "the invoice shows an amount I do not recognise",
        "my card was charged twice for the same order",
        "the discount code was accepted but the price did not change",
        "I need a receipt with our company name on it",
        "you took the money although I cancelled",
        "the refund you promised has not reached my bank",
        "why is there a fee on my account this month",
        "can I pay in two parts",
    ),
    "delivery": (
        "the parcel says delivered but nobody saw it",
        "tracking has not moved for six days",
        "the courier left the box at the wrong house",
        "can you send it to my office instead",
        "it should have been here before the weekend",
        "half of what I bought is missing from the box",
        "the driver never rang",
        "how long does shipping to the islands take",
    ),
    "login": (
        "I cannot get into my account since the update",
        "the reset mail never arrives",
        "it says my password is wrong although I just changed it",
        "the code on my phone has expired before I can type it",
        "I lost the phone that gets the codes",
        "my account is locked and I do not know why",
        "I changed my e-mail and now nothing opens",
        "the app asks me to sign in every time",
    ),
    "defect": (
        "the screen flickers after ten minutes",
        "it stopped charging yesterday",
        "there is a crack along the handle",
        "one of the buttons does nothing",
        "the left side makes a scratching sound",
        "it switches itself off in the middle of things",
        "the zip broke the first time I opened it",
        "water gets in although it is sold as waterproof",
    ),
}
EN_ASIDES = (
    " Apart from that I like it.",
    " The box itself arrived fine.",
    " The payment went through.",
    " Signing in works, by the way.",
    " The charger is the one you sent.",
    " I did get the invoice.",
)

STAR_ASPECTS = (
    "service",
    "food",
    "room",
    "coffee",
    "price",
    "staff",
    "delivery",
    "quality",
    "stay",
    "view",
)
STAR_WORDS = (
    (1.9, ("excellent", "wonderful", "perfect", "amazing", "superb")),
    (1.2, ("great", "very good", "lovely", "a pleasure")),
    (0.7, ("good", "nice", "better than expected", "pleasant")),
    (0.0, ("okay", "average", "fine, nothing more", "what you expect")),
    (-0.8, ("not great", "a bit slow", "disappointing", "weak")),
    (-1.4, ("bad", "poor", "very disappointing", "not worth the money")),
    (-2.0, ("awful", "terrible", "horrible", "the worst ever")),
)
STAR_SHAPES = (
    "The {aspect} was {word}.",
    "{word} {aspect}!",
    "{aspect}: {word}.",
    "Really {word} {aspect}.",
)
STAR_ENDS = (
    (0.0, ""),
    (0.0, ""),
    (0.4, "I would come back."),
    (0.5, "Highly recommended."),
    (-0.5, "Never again."),
    (-0.4, "I expected more."),
    (0.0, "Bought for a friend."),
    (0.0, "My second time."),
)


def sentiment_zh(draw: random.Random) -> Row:
    """One review; one in three speaks of two sides, and what comes last decides."""
    label = draw.choice(tuple(ZH_PLACE))
    place = ZH_PLACE[label]
    one, two = draw.sample(tuple(ZH_SAID), 2)
    whole = draw.choice(ZH_WHOLE[label])
    said, also = draw.choice(ZH_SAID[one][place]), draw.choice(ZH_SAID[two][place])
    shape = draw.random()
    if shape < 0.12:
        body = whole
    elif shape < 0.35:
        body = f"{one}{said}"
    elif shape < 0.55:
        body = f"{one}{said}，{two}{also}"
    elif shape < 0.72 or label == "中性":
        body = f"{one}{said}，{whole}"
    else:
        against = draw.choice(ZH_SAID[one][1 - place])
        body = f"虽然{one}{against}，但是{two}{also}，{whole}"
    text = draw.choice(ZH_OPEN) + body + draw.choice(("", "。", "。", "！"))
    return text, label if draw.random() > 0.02 else draw.choice(tuple(ZH_PLACE))


def support_en(draw: random.Random) -> Row:
    """One message; some mention a second matter that another team would answer."""
    topic = draw.choice(tuple(EN_TOPICS))
    text = draw.choice(EN_TOPICS[topic])
    if draw.random() < 0.3:
        other = draw.choice([name for name in EN_TOPICS if name != topic])
        text = f"{text}, and once that is solved: {draw.choice(EN_TOPICS[other])}"
    text = draw.choice(EN_STARTS) + text + "."
    text = text[0].upper() + text[1:]
    return text + (draw.choice(EN_ASIDES) if draw.random() < 0.35 else "") + draw.choice(
        EN_ENDS
    ), topic


def stars_en(draw: random.Random) -> Row:
    """One review and its stars: the mean of what it says, with a person's mood on top."""
    count = draw.choice((1, 1, 2, 2, 3))
    scores, told = [], []
    for aspect in draw.sample(STAR_ASPECTS, count):
        score, words = draw.choice(STAR_WORDS)
        text = draw.choice(STAR_SHAPES).format(aspect=aspect, word=draw.choice(words))
        scores.append(score)
        told.append(text[0].upper() + text[1:])
    mean = sum(scores) / count
    extra, end = draw.choice([pair for pair in STAR_ENDS if pair[0] * mean >= 0])
    stars = 3.0 + mean + extra + draw.gauss(0, 0.2)
    return " ".join([*told, end]).strip(), f"{min(5.0, max(1.0, stars)):.1f}"


def write(name: str, header: Row, make: Callable[[random.Random], Row]) -> None:
    """Write one table of different texts."""
    draw, rows = random.Random(name), {}  # noqa: S311  (no secret)
    while len(rows) < ROWS:
        text, label = make(draw)
        rows.setdefault(text, label)
    with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows.items()])


if __name__ == "__main__":
    write("sentiment_zh", ("评论", "情感"), sentiment_zh)
    write("support_en", ("message", "topic"), support_en)
    write("stars_en", ("review", "stars"), stars_en)
