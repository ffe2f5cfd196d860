"""Wrong labels are found by a child, decided one by one, and written as one version that can be undone."""

import time

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.suspects import Decision
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from tests.fakes.services import real_services
from tests.patience import PATIENCE_S

WRONG = (8, 33)  # rows whose label was flipped
WORDS = {"good": "lovely fresh friendly quick", "bad": "stale awful noisy rude"}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    settings = Settings(home=tmp_path_factory.mktemp("home"), offline=True)
    settings.make_folders()
    return real_services(settings)


@pytest.fixture(scope="module")
def dataset_id(services: Services) -> str:
    lines = ["text,label"]
    for at in range(60):
        label = ("good", "bad")[at % 2]
        said = {"good": "bad", "bad": "good"}[label] if at in WRONG else label
        lines.append(f"visit {at} was {WORDS[label]} indeed,{said}")
    path = services.settings.scratch / "rows.csv"
    path.write_text("\n".join(lines), "utf-8")
    return services.datasets.import_file("me", path).id


def test_flipped_labels_are_found_decided_and_changed(services: Services, dataset_id: str) -> None:
    suspects = services.suspects
    assert suspects.look("me", dataset_id) == (None, None)
    suspects.start("me", dataset_id)
    deadline = time.monotonic() + PATIENCE_S
    while (found := suspects.look("me", dataset_id)[0]) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert found.error is None
    first = found.suspects[:2]
    assert {one.shown.split()[1] for one in first} == {str(at) for at in WRONG}
    assert found.sure == len(WRONG)

    changed, gone = first
    suspects.decide("me", dataset_id, changed.row_id, changed.guess)
    suspects.decide("me", dataset_id, gone.row_id, Decision.REMOVE)
    found = suspects.decide("me", dataset_id, found.suspects[2].row_id, Decision.KEEP)
    assert len(found.open) == len(found.suspects) - 3
    with pytest.raises(DatasetError, match="class_unknown"):
        suspects.decide("me", dataset_id, changed.row_id, "no class")

    before = services.datasets.get("me", dataset_id).version
    assert not suspects.is_applied(services.datasets.get("me", dataset_id))
    made = suspects.apply("me", dataset_id).version
    assert suspects.is_applied(services.datasets.get("me", dataset_id))
    rows = load_rows(services.settings.home / made.folder)
    labels = dict(zip(rows["row_id"], rows["target"], strict=True))
    assert labels[changed.row_id] == changed.guess
    assert gone.row_id not in labels
    assert len(labels) == 59

    assert suspects.gain("me", dataset_id) == (None, None)
    suspects.measure_gain("me", dataset_id)
    deadline = time.monotonic() + PATIENCE_S
    while (gain := suspects.gain("me", dataset_id)[0]) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert gain.error is None
    assert gain.rows == 58  # neither the one that is gone nor the one that was changed
    assert gain.low < gain.after - gain.before < gain.high
    assert gain.after > 0.9
    assert services.checkup.undo("me", dataset_id).version.digest == before.digest


def test_gain_is_only_measured_of_decisions(services: Services, dataset_id: str) -> None:
    with pytest.raises(DatasetError, match="suspects_undecided"):
        services.suspects.measure_gain("me", dataset_id)  # undone by now


def test_nothing_decided_is_said(services: Services, dataset_id: str) -> None:
    with pytest.raises(DatasetError, match="checkup_gone"):
        services.suspects.decide("me", dataset_id, "nobody", Decision.KEEP)
