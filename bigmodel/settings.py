"""All settings, read once from the environment (names start with BIGMODEL_); nothing else reads the environment.

Example: `BIGMODEL_HOME=/data BIGMODEL_PORT=8000 python app.py`.
"""

import ipaddress
import locale
import os
import shutil
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bigmodel.core.errors import SettingsError
from bigmodel.core.language import Language


def _split_paths(value: object) -> object:
    """Read a list of folders the way PATH is written."""
    return (
        tuple(Path(part) for part in value.split(os.pathsep) if part)
        if isinstance(value, str)
        else value
    )


def _name_driver(url: str) -> str:
    """Return the address of a database as SQLAlchemy takes it; empty stays empty."""
    scheme, _, rest = url.partition("://")
    if url and (scheme not in SERVERS or not rest):
        raise ValueError("not the address of a PostgreSQL database")
    return f"postgresql+pg8000://{rest}" if url else ""


SERVERS = ("postgresql", "postgres", "postgresql+pg8000")
DatabaseUrl = Annotated[str, AfterValidator(_name_driver)]


def _names(text: str) -> tuple[str, ...]:
    """Read a list of names with commas between them."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _split_names(value: object) -> object:
    return _names(value) if isinstance(value, str) else value


SPACE_DISK = Path("/data")  # where a Space has what outlives it, if it has such a thing


def _space_id() -> str:
    return os.environ.get("BIGMODEL_SPACE_ID") or os.environ.get("SPACE_ID", "")


def _way_in() -> str:
    """Return how people come in by default: with an account of the hub where a Space offers that (`hf_oauth: true`)."""
    has_accounts = os.environ.get("OAUTH_CLIENT_ID") and os.environ.get("OAUTH_CLIENT_SECRET")
    return ("hub" if has_accounts else "open") if _space_id() else ""


def _is_zero_gpu() -> bool:
    """Return whether this Space has a GPU only within single calls, where no training can run on its own."""
    return bool(_space_id()) and os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")


def _home() -> Path:
    """Return the folder of a person; where nobody lives, one that may be written to."""
    home = Path.home()
    is_open = os.access(home, os.W_OK) or not _space_id()
    return (home if is_open else Path(tempfile.gettempdir())) / "BigModelStudio"


GPU_SIGNS = (Path("/dev/nvidiactl"), Path("/dev/kfd"))  # of drivers by NVIDIA and AMD


def _has_gpu() -> bool:
    """Return whether a graphics card is here on which PyTorch trains; the driver is looked for, never asked."""
    is_hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    is_there = any(sign.exists() for sign in GPU_SIGNS) or shutil.which("nvidia-smi") is not None
    return is_there and not is_hidden


def _not_on_bucket(home: Path) -> Path:
    """Return where the data folder may be: what a Space keeps is object storage, which no database can lie on."""
    return _home() if _space_id() and home == SPACE_DISK else home


def _snapshots() -> Path | None:
    is_kept = _space_id() and SPACE_DISK.is_mount() and os.access(SPACE_DISK, os.W_OK)
    return SPACE_DISK / "bigmodel-studio" if is_kept else None


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_names)]
Folders = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split_paths)]


class Settings(BaseSettings):
    """Frozen settings of one running app. Times are in seconds, sizes in megabytes (2**20 bytes)."""

    model_config = SettingsConfigDict(env_prefix="BIGMODEL_", frozen=True, extra="ignore")

    home: Annotated[Path, AfterValidator(_not_on_bucket)] = Field(default_factory=_home)
    # user, password, server and name of a PostgreSQL database; empty: a file in `home`
    database_url: DatabaseUrl = Field(default="", repr=False)
    # a folder for snapshots of `home`, where `home` itself is lost with this machine
    snapshots: Path | None = Field(default_factory=_snapshots)
    snapshot_s: float = Field(default=30.0, gt=0)  # between snapshots, if something changed
    host: str = Field(default_factory=lambda: "0.0.0.0" if _space_id() else "127.0.0.1")  # noqa: S104
    port: int = Field(default=7860, ge=1, le=65_535)
    language: Language | None = None  # None: the browser's language decides
    behind_loopback: bool = False  # a container whose port is published on this machine only
    # "": one person at one computer
    sign_in: Literal["", "open", "accounts", "hub"] = Field(
        default_factory=_way_in, validate_default=True
    )
    # of the hub, where `sign_in` is "hub": a Space with `hf_oauth: true` has them
    oauth_client_id: str = Field(default_factory=lambda: os.environ.get("OAUTH_CLIENT_ID", ""))
    oauth_client_secret: str = Field(
        default_factory=lambda: os.environ.get("OAUTH_CLIENT_SECRET", ""), repr=False
    )
    openid_provider_url: str = Field(
        default_factory=lambda: os.environ.get("OPENID_PROVIDER_URL", "https://huggingface.co")
    )
    space_author: str = Field(default_factory=lambda: os.environ.get("SPACE_AUTHOR_NAME", ""))
    zero_gpu: bool = Field(default_factory=_is_zero_gpu)
    # shows models and their demos: no data comes in, nothing is trained
    demo_only: bool = Field(default_factory=_is_zero_gpu)
    demo_models: Names = ()  # those that are shown, by id or name; none named: the kept ones
    # names under which people may reach a shared installation
    hosts: Names = Field(default_factory=lambda: _names(os.environ.get("SPACE_HOST", "")))
    person_jobs: int = Field(default=20, ge=1)  # of one person, that wait or run
    person_minutes: int = Field(default=240, ge=1)  # of training, within a day
    person_disk_mb: int = Field(default=5_120, ge=1)
    space_id: str = Field(default_factory=_space_id)

    workers: int = Field(default=1, ge=1, le=64)  # jobs that train at the same time
    threads: int = Field(default=0, ge=0, le=256)  # processor threads a worker, 0: all cores
    # a graphics card that PyTorch trains on (NVIDIA, or AMD with ROCm) is here
    gpu: bool = Field(default_factory=_has_gpu)
    warm: bool = True  # keep a process with torch imported ready (Linux without a GPU)
    beat_s: float = Field(default=5.0, gt=0)
    lease_s: float = Field(default=30.0, gt=0)
    start_s: float = Field(default=30.0, ge=0)  # added to the lease until a worker's first word
    checkpoint_s: float = Field(default=60.0, ge=0)  # between checkpoints of a training
    stop_s: float = Field(default=5.0, gt=0)  # patience of a cancel before the next harder means
    idle_exit_s: float = Field(default=600.0, gt=0)  # supervisor and warm process leave after this
    backoff_s: float = Field(
        default=10.0, gt=0
    )  # before a lost job is tried again, doubled each time

    free_disk_mb: int = Field(default=2_048, ge=0)  # less free disk than this, or than
    free_disk_percent: float = Field(default=5.0, ge=0, le=100)  # this share of it: no new training
    free_memory_mb: int = Field(default=256, ge=0)  # less free memory: no new training
    failpoints: Path | None = None  # a folder of charges, for tests of faults (`jobs.failpoint`)

    max_upload_mb: int = Field(default=500, ge=1)
    max_rows: int = Field(default=1_000_000, ge=1)
    max_columns: int = Field(default=1_000, ge=1)
    max_field_characters: int = Field(default=1_000_000, ge=1)
    max_media_mb: int = Field(default=4_096, ge=1)  # an archive of pictures or recordings, unpacked
    max_media_files: int = Field(default=100_000, ge=1)
    max_media_file_mb: int = Field(default=512, ge=1)
    media_s: float = Field(default=1_800.0, gt=0)  # patience with reading such an archive
    max_project_mb: int = Field(default=20_480, ge=1)  # a project that is brought in, unpacked
    reader_s: float = Field(default=60.0, gt=0)
    reader_mb: int = Field(default=2_048, ge=256)

    hub_url: str = "https://huggingface.co"  # or a mirror
    hub_s: float = Field(
        default=8.0, gt=0
    )  # patience with the hub before saying it cannot be reached
    offline: bool = False  # never ask the hub

    serving_mb: int = Field(default=2_048, ge=256)  # memory for warm models of the demo tabs
    serving_idle_s: float = Field(default=600.0, gt=0)

    phone_host: str = ""  # this machine's address to open a demo on; empty: found by itself
    phone_mb: int = Field(default=25, ge=1)  # largest picture or recording a demo alone takes
    phone_idle_s: float = Field(default=900.0, gt=0)  # a demo opened for a phone closes after this

    task_folders: Folders = ()  # more tasks
    launcher_folders: Folders = ()  # more ways to start workers, one a module

    @cached_property
    def database(self) -> Path:
        """Path of the SQLite database; with `database_url`, of one that is still to be moved to the server."""
        return self.home / "studio.db"

    @cached_property
    def datasets(self) -> Path:
        return self.home / "datasets"

    @cached_property
    def jobs(self) -> Path:
        return self.home / "jobs"

    @cached_property
    def bases(self) -> Path:
        """Folder of fetched and imported base models."""
        return self.home / "bases"

    @cached_property
    def run(self) -> Path:
        """Folder of locks, sockets and logs of the processes that serve this data folder."""
        return self.home / "run"

    @cached_property
    def scratch(self) -> Path:
        """Folder of files that may be deleted whenever nothing runs."""
        return self.home / "scratch"

    def has_work(self) -> bool:
        """Whether the data folder holds datasets or jobs that a database should know."""
        return any(any(folder.iterdir()) for folder in (self.datasets, self.jobs))

    @property
    def forgets(self) -> bool:
        """Whether everything is gone once this machine is: a Space without a disk of its own."""
        return bool(self.space_id) and self.snapshots is None and not self.database_url

    @property
    def is_public(self) -> bool:
        """Whether strangers may reach this app: bound to more than this machine, or on Spaces."""
        return bool(self.space_id) or not (self.behind_loopback or _is_loopback(self.host))

    def make_folders(self) -> None:
        """Create the data folder, readable by its owner only.

        Raises:
            SettingsError: `home_not_usable`.
        """
        try:
            for folder in (self.home, self.datasets, self.jobs, self.bases, self.run, self.scratch):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SettingsError("home_not_usable", path=str(self.home), reason=reason) from error


def read_settings() -> Settings:
    """Return the settings of the environment.

    Raises:
        SettingsError: `setting_wrong`, naming each one that cannot be read; `windows_unsupported`.
    """
    if sys.platform == "win32":
        raise SettingsError("windows_unsupported")
    try:
        return Settings()
    except ValidationError as error:
        names = {str(item["loc"][0]): item["input"] for item in error.errors()}
        if "database_url" in names:
            names["database_url"] = "…"  # it may hold a password
        wrong = (f"BIGMODEL_{name.upper()}={value}" for name, value in names.items())
        raise SettingsError("setting_wrong", names=", ".join(wrong)) from error


def system_language() -> Language:
    """Return the language that the operating system speaks, for what is said outside of a page."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    spoken = next(filter(None, names), "") or locale.getlocale()[0] or ""
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
