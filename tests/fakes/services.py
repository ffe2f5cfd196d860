"""The real services over a scratch store, with nobody who runs the jobs."""

from bigmodel.services.jobs.jobs import JobService
from bigmodel.services.studio import Services, services_over
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from tests.fakes.scratch_store import ScratchStore


class IdleJobs(JobService):
    """Jobs that wait for ever: no supervisor is started."""

    def wake(self) -> None:
        pass


def real_services(settings: Settings, store: Store | None = None) -> Services:
    """Return the services as the app puts them together."""
    store = store or ScratchStore()
    return services_over(settings, store, IdleJobs(settings, store))
