"""Puts the services together over one data folder; it holds no behaviour of its own."""

from dataclasses import dataclass

from bigmodel.services.datasets.append import GrowingService
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.uploads import TrayService
from bigmodel.services.datasets.workbooks import WorkbookService
from bigmodel.services.inference.export_table import OwnTableService
from bigmodel.services.inference.predict import DemoService
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.jobs.diagnosis import DoctorService
from bigmodel.services.jobs.disk import DiskService
from bigmodel.services.jobs.health import HealthService
from bigmodel.services.jobs.insight_service import CoachService
from bigmodel.services.jobs.jobs import JobService
from bigmodel.services.labelling.labelling import SortingService
from bigmodel.services.projects.project import ProjectService
from bigmodel.services.results.compare import CompareService
from bigmodel.services.results.results import ResultService
from bigmodel.services.sharing.downloads import Handouts
from bigmodel.services.sharing.model_page import ShowService
from bigmodel.services.support.report import ReportService
from bigmodel.services.training.base_models import BaseService
from bigmodel.services.training.training import TrainingService
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.store.open import open_store
from bigmodel.words import Words, load_words


@dataclass(frozen=True)
class Services:
    """Everything a page or a command may ask of the engine."""

    settings: Settings
    words: Words
    datasets: DatasetService
    sorting: SortingService
    bases: BaseService
    training: TrainingService
    jobs: JobService
    control: ControlService
    doctor: DoctorService
    coach: CoachService
    results: ResultService
    demo: DemoService
    tables: OwnTableService
    health: HealthService
    disk: DiskService
    trays: TrayService
    show: ShowService
    growing: GrowingService
    classes: ClassService
    comparing: CompareService
    project: ProjectService
    workbooks: WorkbookService
    report: ReportService
    handouts: Handouts


def open_services(settings: Settings) -> Services:
    """Open the data folder and its store, and put the services together.

    Raises:
        SettingsError: the database is newer than this app, or damaged.
    """
    settings.make_folders()
    store = open_store(settings)
    jobs = JobService(settings, store)
    bases = BaseService(settings, store)
    demo = DemoService(settings, store, Serving(settings))
    control = ControlService(settings, store, jobs)
    words = load_words(settings.task_folders)
    handouts, health = Handouts(settings), HealthService(settings, store)
    results = ResultService(settings, store, demo.scores, demo.transcribe)
    sorting = SortingService(settings, store)
    return Services(
        settings=settings,
        words=words,
        datasets=DatasetService(settings, store),
        bases=bases,
        sorting=sorting,
        training=TrainingService(settings, store, bases, jobs, sorting),
        jobs=jobs,
        control=control,
        doctor=DoctorService(settings, store, bases, control),
        coach=CoachService(settings, store, jobs, control),
        results=results,
        demo=demo,
        tables=OwnTableService(settings, store, demo, sorting),
        health=health,
        disk=DiskService(settings, store),
        trays=TrayService(settings),
        show=ShowService(settings, store, words, results, demo.resolve),
        growing=GrowingService(settings, store, control, sorting.settle),
        classes=ClassService(settings, store, sorting.settle),
        comparing=CompareService(settings, store, demo.scores, demo.transcribe),
        workbooks=WorkbookService(settings, store),
        project=ProjectService(settings, store, words, handouts),
        report=ReportService(settings, store, words, health, handouts),
        handouts=handouts,
    )
