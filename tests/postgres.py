"""A PostgreSQL server for tests: one a process, as a user without rights, in a folder for the moment, behind a socket file."""

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import DBAPIError

HOMES = "usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin"
USER = "nobody"  # where tests run as root: the server refuses to
PATIENCE_S = 60
LOOK_S = 0.05
# Ends the server as soon as the test process is gone, however it ended: then the pipe ends that is read here.
KEEPER = '"$@" </dev/null & read -r _; kill -QUIT $!; wait; rm -rf "$0"'
FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
numbers = itertools.count(1)


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
    initdb = (programs / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "-N")
    subprocess.run(initdb, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    serve = (programs / "postgres", "-D", data, "-h", "", "-k", folder, *FAST)
    with (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(
            ["sh", "-c", KEEPER, folder, *serve],
            user=user, cwd="/", stdin=subprocess.PIPE, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    atexit.register(keeper.communicate)
    deadline = time.monotonic() + PATIENCE_S
    while not _answers(folder):
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError((folder / "log").read_text("utf-8"))
        time.sleep(LOOK_S)
    return folder


def _answers(folder: Path) -> bool:
    engine = create_engine(
        _address(folder, "tests").replace("://", "+pg8000://"), poolclass=NullPool
    )
    try:
        engine.connect().close()
    except DBAPIError:
        return False
    return True
