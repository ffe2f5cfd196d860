"""Blocks of a row weigh alike however wide they are, what a row lacks is nothing, and numbers are read out of texts."""

import json
import math

import numpy as np
import pytest

from bigmodel.training.several.blocks import (
    NUMBER,
    PICTURE,
    TERMS,
    TEXT,
    VALUES,
    Block,
    Column,
    block_of,
    make_blocks,
    number_in,
    numbers_in,
    raw_block,
    scale_of,
    scaled,
)

COLUMNS = (Column("note", TEXT), Column("size", NUMBER), Column("photo", PICTURE))
CELLS = [[f"{n} rooms by the sea", str(n * n), f"{n}.png"] for n in range(1, 31)]
PARTS = {PICTURE: (30, 20)}
VECTORS = {f"{n}.png": np.full(50, n, np.float32) for n in range(1, 31)}


@pytest.mark.parametrize(
    ("text", "value"),
    [("3.5", 3.5), ("1,234", 1234), ("3,5", 3.5), ("$1,200.50", 1200.5), ("85%", 85), ("-2", -2)],
)
def test_numbers_of_cells_are_read(text: str, value: float) -> None:
    assert number_in(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1.234,50", 1234.5), ("999,00", 999), ("5k", 5000), ("2万", 20_000)]
)
def test_numbers_of_cells_are_read_as_tables_read_them(text: str, value: float) -> None:
    assert number_in(text) == value


def test_training_rows_say_which_mark_parts_the_decimals() -> None:
    columns = (Column("price", NUMBER), Column("note", TEXT))
    cells = [["999,00", "from 2,5 m"], ["1.234,50", "to 3,25 m"], ["9.000", "1.000 g"]]
    blocks = [block for block in make_blocks(columns, cells, {}) if block.kind != TERMS]
    assert [block.decimals for block in blocks] == [(",",), (",",)]
    for block in blocks:
        again = block_of(json.loads(json.dumps(block.to_json())))
        assert again == block
        found = raw_block(again, [["9.000", "1.000 g"]], {})[0, 0]
        assert found == pytest.approx(9000 if block.kind == VALUES else math.log(1001))


@pytest.mark.parametrize("text", ["", "four", "1/2/2024", "nan", "inf"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert math.isnan(number_in(text))


def test_numbers_stand_in_texts() -> None:
    assert numbers_in("4 bedrooms, 1,200 square feet") == [math.log(5), math.log(1201)]
    assert numbers_in("none at all") == []


def test_every_block_has_the_same_energy() -> None:
    blocks = make_blocks(COLUMNS, CELLS, PARTS)
    assert [block.kind for block in blocks] == ["terms", "read", "values", "vectors", "vectors"]
    for block in blocks:
        raw = raw_block(block, CELLS, VECTORS)
        even = scaled(raw, *scale_of(raw))
        energy = float(np.square(even).sum(axis=1).mean())
        assert energy == pytest.approx(100, rel=0.1)


def test_what_a_row_lacks_is_nothing() -> None:
    for block in make_blocks(COLUMNS, CELLS, PARTS):
        scales = scale_of(raw_block(block, CELLS, VECTORS))
        assert not scaled(raw_block(block, [["", "", ""]], VECTORS), *scales).any()


def test_lacking_is_flagged_where_training_rows_lack_it_too() -> None:
    cells = [*CELLS, ["", "", ""], ["", "", ""]]
    for block in make_blocks(COLUMNS, cells, PARTS):
        if block.kind in (VALUES, "vectors"):
            raw = raw_block(block, cells, VECTORS)
            even = scaled(raw, *scale_of(raw))
            flag = 2 if block.kind == VALUES else 0
            assert even[-1, flag] > 0 > even[0, flag]
            assert np.count_nonzero(even[-1]) == 1


def test_groups_of_letters_have_length_one() -> None:
    [block] = [b for b in make_blocks(COLUMNS, CELLS, PARTS) if b.kind == TERMS]
    lengths = np.linalg.norm(raw_block(block, CELLS, VECTORS), axis=1)
    assert lengths == pytest.approx(np.ones(len(CELLS)), abs=1e-5)


def test_rare_groups_weigh_more() -> None:
    texts = [["aa bb"]] * 10 + [["aa cc"]] * 30
    [block] = [b for b in make_blocks((Column("x", TEXT),), texts, {}) if b.kind == TERMS]
    rarity = dict(zip(block.terms, block.rarity, strict=True))
    assert rarity["aa"] == pytest.approx(1.0)  # in every row
    assert rarity["bb"] == pytest.approx(math.log(41 / 11) + 1)


def test_a_wild_value_is_cut() -> None:
    block = Block(NUMBER, VALUES, (0,), 3)
    raw = raw_block(block, [["1"], ["2"], ["3"]], {})
    wild = scaled(raw_block(block, [["1e12"]], {}), *scale_of(raw))
    assert wild[0, 0] == pytest.approx(5 * 10 / math.sqrt(2))  # the flag never varies
