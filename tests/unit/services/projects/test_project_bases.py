"""Base models that people brought go along where asked for; another one of the same name comes in beside."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bigmodel.core.errors import PersonError
from bigmodel.core.ids import new_id
from bigmodel.core.job import Job
from bigmodel.data.projects.layout import key_of
from bigmodel.environment import environment
from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings
from bigmodel.store.values import Carried, Records
from bigmodel.tasks import get_task
from tests.fakes.journey import OWNER, run_here, store_of, train, write_table
from tests.fakes.tiny_bert import write_tiny_bert
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.slow
TASK = get_task("text_classification")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """A data folder with an imported base, a job that was trained from it, and its project `p.zip`."""
    home = tmp_path_factory.mktemp("there")
    services = open_services(Settings(home=home / "data", offline=True))
    services.base_models.import_path(OWNER, write_tiny_bert(home / "tiny"), name="my-bert")
    dataset = services.datasets.import_file(OWNER, write_table(home / "t.csv", 60))
    job = _based(train(services, dataset))
    store_of(services).records.add(OWNER, Records(jobs=(Carried(job),)))
    services.project.save(OWNER, [dataset.id], home / "p.zip", with_bases=True)
    return services


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", run_here)
    return open_services(Settings(home=tmp_path / "here", offline=True))


def _based(job: Job) -> Job:
    params = {**job.params, "base": "my-bert"}
    return replace(job, id=new_id(), key="", base="my-bert", params=params)


def project_of(there: Services) -> Path:
    return there.settings.home.with_name("p.zip")


def bases_of(services: Services) -> dict[str, bool]:
    found = services.base_models.all(OWNER, TASK)
    return {
        base.name: services.base_models.is_ready(base) for base in found if base.kind == "folder"
    }


def test_imported_base_is_ready_elsewhere(there: Services, here: Services) -> None:
    assert here.project.load(OWNER, project_of(there)).bases == ("my-bert",)
    assert bases_of(here) == {"my-bert": True}
    again = here.project.load(OWNER, project_of(there))
    assert (again.bases, again.here_jobs) == ((), 2)


def test_base_stays_unless_asked_for(there: Services, here: Services, tmp_path: Path) -> None:
    size = there.project.measure(OWNER, [], with_bases=False)
    assert size.bases_mb > 0
    there.project.save(OWNER, [], tmp_path / "p.zip")
    assert here.project.load(OWNER, tmp_path / "p.zip").bases == ()
    assert bases_of(here) == {}


def test_another_base_of_that_name_stays_what_it_is(
    there: Services, here: Services, tmp_path: Path
) -> None:
    here.base_models.import_path(
        OWNER, write_tiny_bert(tmp_path / "t", text="另外的字"), name="my-bert"
    )
    assert here.project.load(OWNER, project_of(there)).bases == ("my-bert (2)",)
    assert bases_of(here) == {"my-bert": True, "my-bert (2)": True}
    based = [job for job in here.jobs.all(OWNER) if job.base != "instant"]
    assert [(job.base, job.params["base"]) for job in based] == [("my-bert (2)", "my-bert (2)")]


def test_unsafe_base_brings_nothing_in(
    there: Services, here: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(module: str, request: Path, *rest: object, **bounds: object) -> int:
        code = run_here(module, request, *rest, **bounds)  # type: ignore[arg-type]
        folder = Path(json.loads(request.read_text("utf-8"))["folder"])
        config = folder / "bases" / key_of("my-bert") / "config.json"
        config.write_text(json.dumps({"model_type": "bert", "auto_map": {"AutoModel": "x.Y"}}))
        return code

    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", spoiled)
    with pytest.raises(PersonError, match="model_wants_code"):
        here.project.load(OWNER, project_of(there))
    assert [list(p.iterdir()) for p in (here.settings.bases, here.settings.datasets)] == [[], []]


def test_killed_import_leaves_only_what_a_sweep_finds(there: Services, here: Services) -> None:
    command = [sys.executable, "-m", "bigmodel", "project", "load", str(project_of(there))]
    process = subprocess.Popen(command, env=environment(here.settings))
    deadline = time.monotonic() + PATIENCE_S
    while not list(here.settings.scratch.glob("project-*")) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    process.wait()
    kept = [here.settings.datasets, here.settings.jobs, here.settings.bases]
    assert [path for place in kept for path in place.iterdir()] == []
    assert here.datasets.all(OWNER) == []
    for left in here.settings.scratch.iterdir():
        assert left.name.startswith("project-")
        shutil.rmtree(left, ignore_errors=True)
