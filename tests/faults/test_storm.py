"""The harness: hundreds of faults over real processes, and one table of what was lost; a small part of it runs always."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.workshop import Workshop, quick_settings
from tests.faults.storm import FULL, OF_SUPERVISORS, OF_WORKERS, Storm

WHOLE = {
    **{f"kill {place}": 8 for place in OF_WORKERS},
    **{f"kill {place}": 7 for place in OF_SUPERVISORS},
    **{f"full {place}": 4 for place in FULL},
    "kill worker": 130,
    "kill supervisor": 40,
    "kill warm": 2,
    "freeze worker": 45,
    "nap worker": 10,
    "freeze supervisor": 10,
    "second supervisor": 10,
    "lock database": 6,
    "pause job": 30,
    "cancel job": 15,
}
PART = {
    "kill checkpoint-written": 1,
    "kill checkpoint-renamed": 1,
    "kill end-said": 1,
    "kill finish": 1,
    "full checkpoint-begun": 1,
    "kill worker": 3,
    "kill supervisor": 1,
    "freeze worker": 1,
    "pause job": 1,
}


@pytest.fixture
def workshop(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Workshop]:
    settings = quick_settings(
        tmp_path / "home",
        workers=4,
        lease_s=1.5,
        start_s=6.0,
        stop_s=1.0,
        backoff_s=0.02,
        warm=request.param,
        failpoints=tmp_path / "charges",
    )
    opened = Workshop.open(settings)
    yield opened
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("workshop", [False], indirect=True)
def test_few_faults_lose_nothing(workshop: Workshop) -> None:
    storm = Storm(workshop, PART, seed=1, steps=(60, 100), open_jobs=3)
    found = storm.blow()
    assert found.total == 0, "\n".join([str(found.counts), str(storm.summary), *found.reasons])
    assert sum(storm.done.values()) == sum(PART.values())


@pytest.mark.faults
@pytest.mark.parametrize("workshop", [True], indirect=True)
def test_storm_of_faults_loses_nothing(
    workshop: Workshop, ledger: Counter[str], losses: Counter[str]
) -> None:
    storm = Storm(workshop, WHOLE, seed=7)
    found = storm.blow()
    ledger.update(storm.summary)
    losses.update(found.counts)
    assert (storm.summary["KILLS IN ALL"] >= 300, storm.summary["FREEZES IN ALL"] >= 60) == (
        True,
        True,
    )
    assert found.total == 0, "\n".join(found.reasons)
