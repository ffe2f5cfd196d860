"""Which row is offered next: evenly, by uncertainty, and what was skipped at the end."""

import numpy as np

from bigmodel.services.labelling.sampling_order import EVERY, Offer, offers

SPREAD = np.array([4, 0, 2, 5, 1, 3, 6, 7, 8, 9])
NONE = np.empty(0, np.int64)


def order(
    *, hardest: list[int] | None = None, done: tuple[int, ...] = (), skipped: tuple[int, ...] = (),
    turn: int = 0,
) -> list[Offer]:  # fmt: skip
    is_done = np.zeros(10, np.bool_)
    is_done[list(done)] = True
    hard = np.array(hardest or [], np.int64)
    skips = np.array(skipped, np.int64)
    return list(offers(SPREAD, hard, is_done=is_done, skipped=skips, turn=turn))


def test_first_rows_come_evenly() -> None:
    found = order()
    assert [offer.content for offer in found] == SPREAD.tolist()
    assert all(offer.is_even for offer in found)


def test_hard_rows_come_first_and_some_evenly() -> None:
    found = order(hardest=[9, 8, 7, 6, 5, 3])[: EVERY + 1]
    assert [offer.content for offer in found] == [9, 8, 7, 6, 4, 5]
    assert [offer.is_even for offer in found] == [False] * 4 + [True, False]


def test_turn_goes_on_where_it_was() -> None:
    assert order(hardest=[9, 8], turn=EVERY - 1)[0] == Offer(4, is_even=True)


def test_every_row_is_offered_once() -> None:
    found = order(hardest=[4, 0, 9, 1], done=(2,), skipped=(5,))
    assert sorted(offer.content for offer in found) == [0, 1, 3, 4, 5, 6, 7, 8, 9]


def test_skipped_rows_come_back_last_and_oldest_first() -> None:
    found = order(skipped=(5, 0), done=(4,))
    assert found[-2:] == [Offer(5, True, True), Offer(0, True, True)]


def test_labelled_rows_are_never_offered() -> None:
    assert order(hardest=[1, 2], done=tuple(range(10))) == []
