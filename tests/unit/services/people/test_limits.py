"""One person's share of a shared installation is kept; somebody alone has no limits."""

from pathlib import Path

import pytest

from bigmodel.core.errors import DatasetError, JobError
from bigmodel.settings import Settings
from tests.fakes.journey import write_table
from tests.fakes.services import real_services


def settings_of(home: Path, **more: object) -> Settings:
    made = Settings.model_validate({"home": home, "offline": True, **more})
    made.make_folders()
    return made


@pytest.mark.parametrize("sign_in", ["", "open"])
def test_trainings_of_one_person_are_limited(tmp_path: Path, sign_in: str) -> None:
    settings = settings_of(tmp_path / "home", sign_in=sign_in, person_jobs=2)
    services = real_services(settings)
    table = write_table(tmp_path / "table.csv", 60)
    made = {who: services.datasets.import_file(who, table).id for who in ("anna", "bo")}
    for _ in range(2):
        services.training.submit("anna", made["anna"], base="instant")
    if sign_in:
        with pytest.raises(JobError, match="jobs_limited"):
            services.training.submit("anna", made["anna"], base="instant")
    else:
        services.training.submit("anna", made["anna"], base="instant")
    assert services.training.submit("bo", made["bo"], base="instant")


def test_disk_of_one_person_is_limited(tmp_path: Path) -> None:
    services = real_services(settings_of(tmp_path / "home", sign_in="open", person_disk_mb=1))
    small, large = (tmp_path / name for name in ("small.csv", "large.csv"))
    write_table(small, 60)
    large.write_text("text,label\n" + "a long text,good\nanother text,bad\n" * 40_000, "utf-8")
    services.datasets.import_file("anna", small)
    with pytest.raises(DatasetError, match="disk_limited"):
        services.datasets.import_file("anna", large)
    assert len(services.datasets.all("anna")) == 1
