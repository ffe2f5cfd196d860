"""One table of all faults and of all that they broke, printed when the harness is done."""

from collections import Counter

import pytest

LEDGER = pytest.StashKey[Counter[str]]()
LOSSES = pytest.StashKey[Counter[str]]()


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Counter[str]:
    """Faults that were made, by kind."""
    return request.config.stash.setdefault(LEDGER, Counter())


@pytest.fixture
def losses(request: pytest.FixtureRequest) -> Counter[str]:
    """What must not happen, counted; every figure has to be 0."""
    return request.config.stash.setdefault(LOSSES, Counter())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    faults, found = config.stash.get(LEDGER, Counter()), config.stash.get(LOSSES, Counter())
    if not faults:
        return
    terminalreporter.section("faults, and what they broke")
    for rows in (faults, found):
        for name, count in rows.items():
            terminalreporter.write_line(f"{name.replace('_', ' '):<36}{count:>8}")
        terminalreporter.write_line("")
