"""Near-duplicates: typos and punctuation are found, other texts are not."""

import numpy as np

from bigmodel.data.checkup.near import near_groups, plain_text

TEXTS = [
    "The parcel arrived two days late and the box was torn open at one side.",
    "The parcel arrived two days late and the box was torn open at one side!!!",
    "the parcel arived two days late, and the box was torn open at one side",
    "The soup was warm and the waiter told us stories about the old harbour.",
    "快递晚到了两天，盒子的一边已经破了，里面的杯子也碎了。",
    "快递晚到了两天，盒子的一边已经破了，里面的杯子也碎了",
    "",
    "ok",
]


def groups(texts: list[str]) -> list[int]:
    contents = np.unique(np.array(texts), return_inverse=True)[1].astype(np.int64)
    return near_groups(texts, contents, lambda _share: None).tolist()


def test_twins_share_a_number_and_others_do_not() -> None:
    found = groups(TEXTS)
    assert len({*found[:3]}) == 1
    assert found[4] == found[5]
    assert len({found[0], found[3], found[4], found[6], found[7]}) == 5


def test_equal_texts_share_a_number() -> None:
    found = groups(["ok", "no", "ok"])
    assert found[0] == found[2] != found[1]


def test_no_texts_have_no_groups() -> None:
    assert groups([]) == []


def test_width_case_and_punctuation_do_not_part_texts() -> None:
    assert plain_text("\uff27\uff4f\uff4f\uff44，  Tea!") == plain_text("good tea")
