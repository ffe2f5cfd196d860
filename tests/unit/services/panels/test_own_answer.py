"""A task in one folder, with an answer type, a panel and a measure of its own and no baseline, has the whole house."""

import json
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bigmodel.core.datasets.dataset import Split
from bigmodel.core.errors import TrainingError
from bigmodel.core.job import Job
from bigmodel.core.language import LANGUAGES
from bigmodel.core.metric import metric
from bigmodel.core.task import HasBaseline
from bigmodel.services.panels import answer_html, measure_table
from bigmodel.services.studio import Services, open_services
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from pages.shared.results import compare_view, panels_view
from tests.fakes.journey import OWNER, run_here, train

FOLDER = Path(__file__).parents[3] / "fakes" / "bag_task"
TAGS = {"warm soup": "food", "salty wind": "sea", "soup wind": "food sea", "slow song": "music"}


def write_tags(path: Path, rows: int) -> Path:
    lines = [f"{text} {n},{tags}" for n in range(rows // 4) for text, tags in TAGS.items()]
    path.write_text("\n".join(["text,tags", *lines]), "utf-8")
    return path


def services_at(home: Path) -> Services:
    return open_services(Settings(home=home, offline=True, task_folders=(FOLDER,)))


def train_tags(services: Services, table: Path) -> Job:
    dataset = services.datasets.import_file(OWNER, table)
    return train(services, dataset, task="tags", base="scratch")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, Job]]:
    home = tmp_path_factory.mktemp("tags")
    services = services_at(home / "home")
    yield services, train_tags(services, write_tags(home / "tags.csv", 100))
    services.inference._serving.close()


def test_task_without_baseline_needs_rows_to_measure_on(tmp_path: Path) -> None:
    services = services_at(tmp_path / "home")
    with pytest.raises(TrainingError, match="too_few_to_hold_out"):
        train_tags(services, write_tags(tmp_path / "few.csv", 12))


def test_it_is_measured_by_its_own_measure(trained: tuple[Services, Job]) -> None:
    services, job = trained
    [model] = services.results.models(OWNER, job.id)
    assert (model.kind, model.kept, model.metrics[Split.TEST]["missed"]) == ("tuned", True, 0.0)
    task = get_task("tags", services.settings.task_folders)
    assert not isinstance(load_engine(task), HasBaseline)
    found = metric("missed", services.jobs.metrics(job))
    assert found.is_better(0.5, 1.0)
    say = partial(services.words.text, "en")
    [row] = measure_table(services.results.results(OWNER, job.id), say).rows
    assert row == ("tags missing or too many", "0", "–")


def test_its_panel_is_on_every_page_and_card(trained: tuple[Services, Job], tmp_path: Path) -> None:
    services, job = trained
    results = services.results.results(OWNER, job.id)
    for language in LANGUAGES:
        say = partial(services.words.text, language)
        [panel] = json.loads(panels_view.shown(results, "1", say))
        assert 'data-testid="cloud"' in panel["html"]
        page = services.model_pages.page(OWNER, job.id, language)
        assert panel["html"] in page
        assert panel["title"] in page
    [model] = services.results.models(OWNER, job.id)
    with zipfile.ZipFile(services.results.download(OWNER, model.id)) as package:
        assert "tags.json" in package.namelist()
        assert panel["html"] in package.read("README.md").decode()


def test_two_of_its_models_are_compared(trained: tuple[Services, Job]) -> None:
    services, first = trained
    dataset = services.datasets.get(OWNER, first.dataset_id)
    second = train(services, dataset, task="tags", base="scratch", seed=1)
    assert [job.id for job in services.compare.earlier(OWNER, second.id)] == [first.id]
    found = services.compare.compare(OWNER, second.id, first.id)
    assert (found.only_new, found.only_old) == (0, 0)
    assert metric(found.measures[0].measure, found.metrics).title == "tasks.tags.missed"
    drawn = compare_view.drawn(found, partial(services.words.text, "en"), "")
    assert "tags missing or too many" in drawn
    assert "nan" not in drawn


def test_its_answer_grows_in_the_demo(trained: tuple[Services, Job]) -> None:
    services, job = trained
    say = partial(services.words.text, "en")
    parts = [
        answer_html(one.view, say) for one in services.inference.grow(OWNER, job.id, "soup wind")
    ]
    shown = [re.findall(r'data-testid="answer">([^<]*)<', part)[0] for part in parts]
    assert (shown[0], shown[-1]) == ("food", "food sea")
    [asked] = services.inference.look_texts(OWNER, job.id, ["slow song"])
    assert asked.line == "music"


def test_it_travels_in_a_project(
    trained: tuple[Services, Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, job = trained
    services.project.save(OWNER, [job.dataset_id], tmp_path / "tags.zip")
    monkeypatch.setattr("bigmodel.data.projects.read.run_limited", run_here)
    there = services_at(tmp_path / "there")
    there.project.load(OWNER, tmp_path / "tags.zip")
    [*_, oldest] = there.jobs.all(OWNER)
    assert there.results.results(OWNER, oldest.id) == services.results.results(OWNER, job.id)


def test_what_it_made_while_training_is_kept(trained: tuple[Services, Job]) -> None:
    services, job = trained
    [sample] = services.jobs.samples(OWNER, job.id)
    assert (sample.step, sample.path.name) == (1, "first-row.txt")
    assert sample.text.rpartition(": ")[2] in TAGS.values()
    assert services.jobs.sample_path(OWNER, job.id, sample.name) == sample.path
