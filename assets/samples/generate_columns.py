"""Writes the samples with several answers to a text from our own phrases (`python assets/samples/generate_columns.py`); never run by the app.

What a message is about, how it sounds and how much it presses are drawn apart from each other; angry ones press a little more.
"""

import csv
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROWS = 360
EMPTY = 0.06  # of the cells to learn say nothing, as in tables that people fill in
Row = tuple[str, str, str, str]


@dataclass(frozen=True)
class Phrases:
    """What messages of a language are made of; numbers are how much a phrase presses."""

    about: Mapping[str, Sequence[str]]
    tone: Mapping[str, Sequence[str]]
    press: Sequence[tuple[str, float]]
    idle: Sequence[str]
    join: str


EN = Phrases(
    about={
        "billing": ("I was charged twice for the same month", "the invoice shows an amount I do not know", "the discount is missing on my bill",
                    "my card was debited although I cancelled", "the refund has not reached my account"),
        "delivery": ("the parcel should have come on Tuesday", "the courier left the box at the wrong door", "tracking has not moved for days",
                     "half of the order is missing from the box", "I need the package sent to another address"),
        "login": ("the new password is not accepted", "the code never arrives on my phone", "my account was locked overnight",
                  "the page throws me out after a minute", "I cannot change the email of my profile"),
        "device": ("the screen stays black after the update", "it gets hot and switches itself off", "the left button does nothing",
                   "it makes a scratching sound", "the battery is empty after an hour"),
    },
    tone={
        "friendly": ("Thank you for the kind help last time.", "You have always been great, thanks a lot.", "I am sure we will sort this out, cheers.",
                     "Lovely service so far, many thanks."),
        "angry": ("This is ridiculous.", "I have had enough of this nonsense.", "What a shameful way to treat people.",
                  "Nobody there seems to care, it is a disgrace."),
        "neutral": ("I am writing about my account.", "Here is what happened.", "Please find the details below.", "This is my second message."),
    },
    press=(("There is no hurry at all.", 1), ("Some time next month is fine.", 1.5), ("Whenever you get to it.", 1.5), ("This week would be good.", 3),
           ("I would like an answer in a few days.", 2.5), ("Please look at it tomorrow.", 3.5), ("I need this today.", 4.5),
           ("It cannot wait, I leave in two hours.", 5), ("Please answer at once.", 5)),
    idle=("", "", "By the way, I moved in spring.", "Order 4417.", "At least the invoice was right this time.", "The last parcel came without trouble.",
          "The app itself runs well.", "My brother is furious, I just want it solved.", "Your colleague was kind, the result was not.",
          "The answer to my first message took two weeks.", "Last time it was done within the hour."),
    join=" ",
)  # fmt: skip
ZH = Phrases(
    about={
        "账单": ("同一个月扣了我两次钱", "发票上的金额我看不懂", "账单里没有算上优惠", "我已经取消了还是扣了款", "退款一直没到账"),
        "物流": ("包裹本来周二就该到", "快递员放错了门口", "物流信息好几天没有更新", "箱子里少了一半的东西", "想把包裹改寄到另一个地址"),
        "登录": ("新密码一直提示错误", "手机收不到验证码", "账号昨天晚上被锁了", "页面一分钟就把我退出来", "个人资料里的邮箱改不了"),
        "设备": ("更新以后屏幕一直是黑的", "机器发烫然后自己关机", "左边的按键没有反应", "里面有刮擦的声音", "电池一个小时就没电了"),
    },
    tone={
        "友好": ("上次多亏你们帮忙，谢谢。", "你们一直都很好，非常感谢。", "相信能顺利解决，辛苦了。", "服务一向很贴心，多谢。"),
        "生气": ("简直太离谱了。", "我真的受够了。", "这样对待顾客太过分。", "根本没人管，太让人失望。"),
        "平淡": ("我来反映一下账户的情况。", "事情是这样的。", "具体情况如下。", "这是我第二次留言。"),
    },
    press=(("一点都不着急。", 1), ("下个月处理也行。", 1.5), ("有空再看就好。", 1.5), ("这周能处理最好。", 3), ("希望几天内有答复。", 2.5),
           ("请明天看一下。", 3.5), ("今天就要解决。", 4.5), ("等不了，两小时后我就出门。", 5), ("请马上回复。", 5)),
    idle=("", "", "顺便说一句，我春天搬了家。", "订单尾号 4417。", "这次发票倒是开对了。", "上一个包裹倒是顺利送到了。", "软件本身用着还行。",
          "家里人很生气，我只想把事情解决。", "客服小姑娘很好，结果却不好。", "上一封留言等了两个星期才有回音。", "上次一个小时就办好了。"),
    join="",
)  # fmt: skip


def rows(phrases: Phrases, seed: int, count: int = ROWS) -> list[Row]:
    """Return messages with what they are about, how they sound and how much they press."""
    draw = random.Random(seed)  # noqa: S311  (no secret)
    found: dict[str, Row] = {}
    while len(found) < count:
        text, *cells = _row(phrases, draw)
        kept = [cell if draw.random() > EMPTY else "" for cell in cells]
        found.setdefault(text, (text, *(kept if any(kept) else cells)))  # type: ignore[arg-type]
    return list(found.values())


def _row(phrases: Phrases, draw: random.Random) -> Row:
    about = draw.choice(list(phrases.about))
    tone = draw.choice(list(phrases.tone))
    said, press = draw.choice(list(phrases.press))
    end = "。" if not phrases.join else "."
    matter = draw.choice(phrases.about[about])
    matter = matter[0].upper() + matter[1:] + end
    parts = [matter, draw.choice(phrases.tone[tone]), said, draw.choice(phrases.idle)]
    draw.shuffle(parts)
    urgency = min(5.0, max(1.0, press + (tone == "angry" or tone == "生气") * 0.5))
    return phrases.join.join(filter(None, parts)), about, tone, f"{urgency:g}"


def write(path: Path, made: Sequence[Row], names: Sequence[str]) -> None:
    """Write messages as a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(made)


NAMES_EN = ("message", "topic", "tone", "urgency")
NAMES_ZH = ("留言", "主题", "语气", "紧急程度")

if __name__ == "__main__":
    if len(sys.argv) > 2:  # a larger set to measure with: `generate_columns.py rows file.csv`
        write(Path(sys.argv[2]), rows(EN, 7, int(sys.argv[1])), NAMES_EN)
    else:
        write(HERE / "requests_en.csv", rows(EN, 1), NAMES_EN)
        write(HERE / "requests_zh.csv", rows(ZH, 2), NAMES_ZH)
