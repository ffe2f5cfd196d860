"""Batches are a pure function of lengths, seed and epoch, and hold each row once."""

from bigmodel.training.loop.batches import by_length, plan

LENGTHS = [(number * 37) % 90 + 3 for number in range(1000)]


def test_epoch_holds_every_row_once() -> None:
    batches = plan(LENGTHS, batch_size=16, seed=1, epoch=0)
    assert sorted(row for batch in batches for row in batch) == list(range(1000))
    assert max(map(len, batches)) == 16


def test_same_seed_and_epoch_give_same_batches() -> None:
    first = plan(LENGTHS, batch_size=16, seed=1, epoch=2)
    assert first == plan(LENGTHS, batch_size=16, seed=1, epoch=2)
    assert first != plan(LENGTHS, batch_size=16, seed=1, epoch=3)
    assert first != plan(LENGTHS, batch_size=16, seed=2, epoch=2)


def test_grouping_leaves_little_padding() -> None:
    batches = plan(LENGTHS, batch_size=16, seed=1, epoch=0)
    padded = sum(len(batch) * max(LENGTHS[row] for row in batch) for batch in batches)
    assert padded < 1.1 * sum(LENGTHS)


def test_answers_are_read_longest_first() -> None:
    batches = by_length(LENGTHS, 64)
    assert LENGTHS[batches[0][0]] == max(LENGTHS)
    assert sorted(row for batch in batches for row in batch) == list(range(1000))
