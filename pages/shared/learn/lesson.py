"""The worked examples of the Learn tab: small enough to follow by hand, and computed each time. Nothing trains with this."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

LABELS, PROBABILITIES = (1, 0, 1, 0), (0.2, 0.8, 0.6, 0.4)
START, LOWEST = 2.0, 1.0  # of theta, and where its loss is lowest
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


def cross_entropy(
    labels: Sequence[int], probabilities: Sequence[float]
) -> list[tuple[float, float]]:
    """Return what each row adds to the binary cross-entropy: -y ln p, and -(1 - y) ln(1 - p)."""
    pairs = zip(labels, probabilities, strict=True)
    return [(-y * log(p), -(1 - y) * log(1 - p)) for y, p in pairs]


def gradient(theta: float) -> float:
    """Return the slope of the loss, (theta - 1)²."""
    return 2 * (theta - LOWEST)


def descend(rate: float, steps: int, theta: float = START) -> list[float]:
    """Return theta before the first step of gradient descent and after each."""
    found = [theta]
    for _ in range(steps):
        found.append(found[-1] - rate * gradient(found[-1]))
    return found


@dataclass(frozen=True)
class AdamStep:
    """Theta after a step of Adam, and its two running means before their bias is corrected."""

    theta: float
    m: float
    v: float


def adam(rate: float, steps: int, theta: float = START) -> list[AdamStep]:
    """Return the steps of Adam (Kingma and Ba 2015, algorithm 1), the start first."""
    found = [AdamStep(theta, 0.0, 0.0)]
    for step in range(1, steps + 1):
        last, slope = found[-1], gradient(found[-1].theta)
        m, v = (
            BETA_1 * last.m + (1 - BETA_1) * slope,
            BETA_2 * last.v + (1 - BETA_2) * slope**2,
        )
        even_m, even_v = m / (1 - BETA_1**step), v / (1 - BETA_2**step)
        found.append(AdamStep(last.theta - rate * even_m / (sqrt(even_v) + EPSILON), m, v))
    return found


@dataclass(frozen=True)
class TwoLayers:
    """One input, two weights, a sigmoid after each, and the squared error: a₂ = s(w₂·s(w₁·x)), L = (a₂ - y)²."""

    x: float = 1.0
    y: float = 1.0
    w1: float = 0.5
    w2: float = -0.5

    @property
    def hidden(self) -> float:
        return _sigmoid(self.w1 * self.x)

    @property
    def answer(self) -> float:
        return _sigmoid(self.w2 * self.hidden)

    @property
    def loss(self) -> float:
        return (self.answer - self.y) ** 2

    def back(self) -> tuple[float, float]:
        """Return ∂L/∂w₁ and ∂L/∂w₂ by the chain rule, no factor left out."""
        at_z2 = 2 * (self.answer - self.y) * _slope(self.answer)
        return at_z2 * self.w2 * _slope(self.hidden) * self.x, at_z2 * self.hidden


def _sigmoid(z: float) -> float:
    return 1 / (1 + exp(-z))


def _slope(a: float) -> float:
    """Return the slope of the sigmoid where its value is known."""
    return a * (1 - a)
