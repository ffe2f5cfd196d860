"""A data folder of an earlier release, trainings of all five tasks in it: it opens, and says the same as then.

`tests/fixtures/make_home.py` made it, with that release.
"""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bigmodel.services.studio import open_services
from bigmodel.settings import Settings
from tests.fakes.command_shell import Shell

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "fixtures"
RELEASE = "home_77fd398"
NEAR = 1e-4  # other machines round otherwise
TOLD: list[dict[str, Any]] = json.loads((FIXTURES / f"{RELEASE}.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("old")
    with tarfile.open(FIXTURES / f"{RELEASE}.tar.xz") as package:
        package.extractall(made, filter="data")
    return made


@pytest.fixture(scope="module")
def shell(folder: Path) -> Iterator[Shell]:
    """Commands on that folder, opened as the app opens it."""
    services = open_services(Settings(home=folder / "home"))
    yield Shell(services)
    services.inference._serving.close()


def assert_same(told: Any, found: Any) -> None:
    """Everything that was told then is told now; more may be."""
    if isinstance(told, dict):
        for key, value in told.items():
            assert key in found, key
            assert_same(value, found[key])
    elif isinstance(told, list):
        assert len(told) == len(found)
        for one, other in zip(told, found, strict=True):
            assert_same(one, other)
    elif isinstance(told, float):
        assert found == pytest.approx(told, rel=NEAR, abs=NEAR)
    else:
        assert found == told


@pytest.mark.slow
@pytest.mark.parametrize("told", TOLD, ids=lambda told: str(told["job"]["task"]))
def test_training_of_an_earlier_release_says_the_same(
    folder: Path, shell: Shell, told: dict[str, Any]
) -> None:
    assert_same(told["job"]["models"], shell.record("jobs", "show", told["name"])["models"])
    assert_same(told["results"], shell.record("evaluate", told["name"]))
    inputs = [str(folder / "inputs" / asked) if "." in asked else asked for asked in told["asked"]]
    found = shell.record("predict", told["name"], *inputs)
    for prediction in found["predictions"]:
        if "file" in prediction:
            prediction["file"] = Path(prediction["file"]).name
    assert_same(told["predictions"], found)
