"""Puts the services together over one data folder; it holds no behaviour of its own."""

from dataclasses import dataclass

from bigmodel.services.bases import BaseService
from bigmodel.services.classes import ClassService
from bigmodel.services.coaching import CoachService
from bigmodel.services.comparing import CompareService
from bigmodel.services.control import ControlService
from bigmodel.services.datasets import DatasetService
from bigmodel.services.demo import DemoService
from bigmodel.services.disk import DiskService
from bigmodel.services.doctor import DoctorService
from bigmodel.services.growing import GrowingService
from bigmodel.services.handout import Handouts
from bigmodel.services.health import HealthService
from bigmodel.services.jobs import JobService
from bigmodel.services.own_table import OwnTableService
from bigmodel.services.project import ProjectService
from bigmodel.services.report import ReportService
from bigmodel.services.results import ResultService
from bigmodel.services.showing import ShowService
from bigmodel.services.sorting import SortingService
from bigmodel.services.training import TrainingService
from bigmodel.services.trays import TrayService
from bigmodel.services.workbooks import WorkbookService
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
