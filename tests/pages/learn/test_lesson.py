"""The numbers of the worked examples are right: by hand, by autograd and by the optimisers that really train."""

import pytest
import torch

from pages.shared.learn import lesson


def test_cross_entropy_sums_to_the_right_numbers() -> None:
    terms = lesson.cross_entropy(lesson.LABELS, lesson.PROBABILITIES)
    positive, negative = (sum(column) for column in zip(*terms, strict=True))
    assert f"{positive:.3f} {positive + negative:.3f}" == "2.120 4.241"
    truth = torch.tensor(lesson.LABELS, dtype=torch.float64)
    given = torch.tensor(lesson.PROBABILITIES, dtype=torch.float64)
    whole = torch.nn.functional.binary_cross_entropy(given, truth, reduction="sum")
    assert positive + negative == pytest.approx(whole.item())


def test_first_steps_are_those_of_the_textbook() -> None:
    assert lesson.descend(0.1, 1) == pytest.approx([2.0, 1.8])
    first = lesson.adam(0.1, 1)[1]
    assert (first.theta, first.m, first.v) == pytest.approx((1.9, 0.2, 0.004))


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.9])
def test_steps_are_those_of_the_optimisers_that_train(rate: float) -> None:
    for kind, ours in (
        (torch.optim.SGD, lesson.descend(rate, 5)),
        (torch.optim.Adam, [step.theta for step in lesson.adam(rate, 5)]),
    ):
        theta = torch.tensor(lesson.START, dtype=torch.float64, requires_grad=True)
        optimiser, theirs = kind([theta], lr=rate), [theta.item()]
        for _ in range(5):
            optimiser.zero_grad()
            (theta - lesson.LOWEST).square().backward()
            optimiser.step()
            theirs.append(theta.item())
        assert ours == pytest.approx(theirs)


def test_back_propagation_agrees_with_autograd() -> None:
    net = lesson.TwoLayers(x=0.7, y=0.2, w1=-1.3, w2=2.1)
    w1, w2 = (torch.tensor(w, dtype=torch.float64, requires_grad=True) for w in (net.w1, net.w2))
    loss = (torch.sigmoid(w2 * torch.sigmoid(w1 * net.x)) - net.y).square()
    loss.backward()
    assert net.loss == pytest.approx(loss.item())
    assert net.back() == pytest.approx((w1.grad.item(), w2.grad.item()))
