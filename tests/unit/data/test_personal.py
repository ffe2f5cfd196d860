"""Personal data: a thousand planted items in two languages are found, a thousand clean rows are left alone."""

import random

import pytest

from bigmodel.data.personal import ID_WEIGHTS, find_personal, mask_personal

WIDE = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")


def chinese_id(chance: random.Random) -> str:
    born = f"{chance.randint(1950, 2015)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    head = f"{chance.randint(11, 65)}{chance.randint(0, 9999):04}{born}{chance.randint(0, 999):03}"
    total = sum(int(digit) * weight for digit, weight in zip(head, ID_WEIGHTS, strict=True))
    return head + "10X98765432"[total % 11]


def bank_card(chance: random.Random) -> str:
    head = chance.choice(("6222", "4111", "5500", "6217")) + f"{chance.randint(0, 10**11 - 1):011}"
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10))
        for place, digit in enumerate(reversed(head))
    )
    return head + str(-total % 10)


def planted(chance: random.Random) -> tuple[str, str]:
    kind = chance.choice(("email", "phone", "id", "card", "ip"))
    number = {
        "email": lambda: f"user{chance.randint(1, 999)}@mail{chance.randint(1, 9)}.example.com",
        "phone": lambda: f"1{chance.choice('3578')}{chance.randint(0, 10**9 - 1):09}",
        "id": lambda: chinese_id(chance),
        "card": lambda: bank_card(chance),
        "ip": lambda: ".".join(str(chance.randint(1, 254)) for _ in range(4)),
    }[kind]()
    way = chance.randrange(4)
    if kind in ("phone", "card", "id") and way == 1:
        number = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    elif kind in ("phone", "id", "card") and way == 2:
        number = number.translate(WIDE)
    elif kind == "phone" and way == 3:
        number = f"+86 {number[:3]}-{number[3:7]}-{number[7:]}"
    frame = chance.choice(
        ("联系我：{}，谢谢", "please write to {} today", "号码是{}。", "({}) is mine")
    )
    return frame.format(number), kind


def clean(chance: random.Random) -> str:
    frame = chance.choice((
        "order {} arrived after {} days", "订单{}已经发货，共{}件", "{} people came in {}",
        "the model X{} costs {}.99 euros", "第{}页，共{}页", "version {}.{}.0.1 of the app",
    ))  # fmt: skip
    return frame.format(chance.randint(1, 99_999_999), chance.randint(1, 2_999))


def test_planted_items_are_found() -> None:
    chance = random.Random(1)  # noqa: S311
    items = [planted(chance) for _ in range(1_000)]
    right = [kind in {found for _, _, found in find_personal(text)} for text, kind in items]
    missed = [item for item, is_right in zip(items, right, strict=True) if not is_right]
    assert sum(right) >= 950, missed[:10]


def test_clean_rows_are_left_alone() -> None:
    chance = random.Random(2)  # noqa: S311
    wrong = [text for text in (clean(chance) for _ in range(1_000)) if find_personal(text)]
    assert len(wrong) <= 20, wrong[:10]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to a.b@example.co.uk.", "write to [EMAIL]."),
        ("call +44 20 7946 0958 now", "call [PHONE] now"),
        ("电话：010-62345678转3", "电话：[PHONE]转3"),
        ("DE89 3704 0044 0532 0130 00 please", "[IBAN] please"),
        ("from 2001:db8::8a2e:370:7334 at noon", "from [IP] at noon"),
        (
            "\uff14\uff11\uff11\uff11\u3000\uff11\uff11\uff11\uff11\u3000\uff11\uff11\uff11\uff11\u3000\uff11\uff11\uff11\uff11",
            "[CARD]",
        ),
        ("4111 1111 1111 1112 is no card", "4111 1111 1111 1112 is no card"),
        ("110101199003077438 has a wrong last place", "110101199003077438 has a wrong last place"),
        ("nothing here", "nothing here"),
    ],
)
def test_masking_names_what_was_there(text: str, masked: str) -> None:
    assert mask_personal(text) == masked
