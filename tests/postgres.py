"""A PostgreSQL server for tests: one a process, as a user without rights, in a folder for the moment, behind a socket file."""

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import NullPool, create_engine

HOMES = "usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin"
USER = "nobody"  # where tests run as root: the server refuses to
PATIENCE_S = 60
FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
numbers = itertools.count(1)


def is_here() -> bool:
    return _programs() is not None


def new_database() -> str:
    """Return the address of an empty database: a user with a schema of his own, which is made sooner."""
    server = _server()
    user = f"user_{next(numbers)}"
    with create_engine(
        _address(server, "tests").replace("://", "+pg8000://"), poolclass=NullPool
    ).begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {user} LOGIN PASSWORD 'secret-word'")
        connection.exec_driver_sql(f"CREATE SCHEMA AUTHORIZATION {user}")
    return _address(server, user)


def _address(folder: Path, user: str) -> str:
    return f"postgresql://{user}:secret-word@/postgres?unix_sock={folder}/.s.PGSQL.5432"


@cache
def _programs() -> Path | None:
    """Return the folder with `initdb`, which Debian keeps out of the path."""
    found = sorted(path for pattern in HOMES for path in Path("/").glob(f"{pattern}/initdb"))
    known = shutil.which("initdb")
    return Path(known).parent if known else found[-1].parent if found else None


@cache
def _server() -> Path:
    """Start the server of this process; return the folder of its socket. It ends with the process."""
    programs = _programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed (on Debian: apt install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="bigmodel-postgres-", dir="/tmp"))
    user = USER if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"

    def run(*command: str | Path) -> None:
        subprocess.run(
            command,
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=PATIENCE_S,
        )

    control = (programs / "pg_ctl", "-D", data, "-w", "-t", str(PATIENCE_S))
    run(programs / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = " ".join(("-h ''", f"-k {folder}", *FAST))
    run(*control, "-l", folder / "log", "-o", options, "start")

    def stop() -> None:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return folder
