"""Puts the services together over one data folder; it holds no behaviour of its own."""

from dataclasses import dataclass

from bigmodel.services.datasets.append import AppendService
from bigmodel.services.datasets.card import CardService
from bigmodel.services.datasets.checkup import CheckupService
from bigmodel.services.datasets.classes import ClassService
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.datasets.last_look import LastLookService
from bigmodel.services.datasets.similar import SimilarService
from bigmodel.services.datasets.uploads import UploadService
from bigmodel.services.datasets.workbooks import WorkbookService
from bigmodel.services.inference.export_table import ExportTableService
from bigmodel.services.inference.predict import InferenceService
from bigmodel.services.inference.ready_bases import ReadyBases
from bigmodel.services.inference.talks.talks import Talks
from bigmodel.services.inference.voices import Voices
from bigmodel.services.jobs.control import ControlService
from bigmodel.services.jobs.diagnosis import DiagnosisService
from bigmodel.services.jobs.disk import DiskService
from bigmodel.services.jobs.health import HealthService
from bigmodel.services.jobs.insight_service import InsightService
from bigmodel.services.jobs.jobs import JobService
from bigmodel.services.labelling.filling import FillingService
from bigmodel.services.labelling.labelling import LabellingService
from bigmodel.services.labelling.proposals import ProposalService
from bigmodel.services.labelling.splits import SplitService
from bigmodel.services.labelling.suspects import SuspectService
from bigmodel.services.people.admin import AdminService
from bigmodel.services.people.hub_sign_in import HubSignIn
from bigmodel.services.people.limits import Limits
from bigmodel.services.people.people import PeopleService
from bigmodel.services.projects.project import ProjectService
from bigmodel.services.results.compare import CompareService
from bigmodel.services.results.results import ResultService
from bigmodel.services.sharing.annotated import AnnotatedService
from bigmodel.services.sharing.downloads import Downloads
from bigmodel.services.sharing.model_page import ModelPageService
from bigmodel.services.sharing.publish import PublishService
from bigmodel.services.support.report import ReportService
from bigmodel.services.support.snapshots import Snapshots
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.services.training.consent import ConsentService
from bigmodel.services.training.training import TrainingService
from bigmodel.serving.pool import Serving
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.store.open import open_store
from bigmodel.words import Words, load_words


@dataclass(frozen=True)
class Services:
    """Everything a page or a command may ask of the engine."""

    settings: Settings
    words: Words
    datasets: DatasetService
    cards: CardService
    labelling: LabellingService
    proposals: ProposalService
    base_models: BaseModelService
    training: TrainingService
    consents: ConsentService
    jobs: JobService
    control: ControlService
    diagnosis: DiagnosisService
    insights: InsightService
    results: ResultService
    inference: InferenceService
    talks: Talks
    voices: Voices
    export_table: ExportTableService
    annotated: AnnotatedService
    health: HealthService
    disk: DiskService
    uploads: UploadService
    model_pages: ModelPageService
    append: AppendService
    classes: ClassService
    checkup: CheckupService
    filling: FillingService
    suspects: SuspectService
    splits: SplitService
    compare: CompareService
    last_look: LastLookService
    similar: SimilarService
    project: ProjectService
    workbooks: WorkbookService
    report: ReportService
    downloads: Downloads
    people: PeopleService
    limits: Limits
    admin: AdminService
    hub_sign_in: HubSignIn
    snapshots: Snapshots
    publishing: PublishService


def open_services(settings: Settings, *, reading_s: float | None = None) -> Services:
    """Open the data folder and its store, and put the services together; an empty one is filled from its snapshot.

    `reading_s` is how long a look waits for a database that is locked, else as long as a change does.

    Raises:
        SettingsError: the database is newer than this app, or damaged, or the snapshot is.
    """
    settings.make_folders()
    snapshots = Snapshots(settings)
    snapshots.restore()
    store = open_store(settings, reading_s=reading_s)
    return services_over(settings, store, JobService(settings, store), snapshots)


def services_over(
    settings: Settings, store: Store, jobs: JobService, snapshots: Snapshots | None = None
) -> Services:
    """Put the services together over a store that is open."""
    limits, people = Limits(settings, store), PeopleService(settings, store)
    words, base_models = load_words(settings.task_folders), BaseModelService(settings, store)
    serving, ready = Serving(settings), ReadyBases(settings, base_models)
    inference = InferenceService(settings, store, serving, limits)
    downloads, health = Downloads(settings, limits), HealthService(settings, store)
    results = ResultService(settings, store, inference.answers)
    control, labelling = ControlService(settings, store, jobs), LabellingService(settings, store)
    classes = ClassService(settings, store, labelling.settle)
    return Services(
        settings=settings,
        words=words,
        datasets=DatasetService(settings, store),
        cards=CardService(settings, store, words),
        base_models=base_models,
        labelling=labelling,
        proposals=ProposalService(settings, store, inference.answers),
        training=TrainingService(settings, store, base_models, jobs, labelling),
        consents=ConsentService(settings, store),
        jobs=jobs,
        control=control,
        diagnosis=DiagnosisService(settings, store, base_models, control),
        insights=InsightService(settings, store, jobs, control),
        results=results,
        inference=inference,
        talks=Talks(settings, inference, serving, ready, limits),
        voices=Voices(settings, store, inference, serving, jobs.delete),
        export_table=ExportTableService(settings, store, inference, labelling),
        annotated=AnnotatedService(settings, store, labelling.settle, downloads),
        health=health,
        disk=DiskService(settings, store, limits),
        uploads=UploadService(settings, limits),
        model_pages=ModelPageService(settings, store, words, results, inference.resolve),
        append=AppendService(settings, store, control, labelling.settle),
        classes=classes,
        checkup=CheckupService(settings, store, classes, labelling.settle),
        filling=FillingService(settings, store, labelling.settle),
        suspects=SuspectService(settings, store, labelling.task_of, labelling.settle),
        splits=SplitService(settings, store, labelling.task_of, labelling.settle),
        similar=SimilarService(settings, store),
        last_look=LastLookService(settings, store, labelling.settle),
        compare=CompareService(settings, store, inference.answers),
        workbooks=WorkbookService(settings, store),
        project=ProjectService(settings, store, words, downloads, limits),
        report=ReportService(settings, store, words, health, downloads),
        downloads=downloads,
        people=people,
        hub_sign_in=HubSignIn(settings, people),
        limits=limits,
        admin=AdminService(store, jobs, limits),
        snapshots=snapshots or Snapshots(settings),
        publishing=PublishService(settings, results),
    )
