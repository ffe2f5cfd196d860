"""The command line in this process: real services with one finished training, and a terminal whose streams are read afterwards."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from bigmodel.__main__ import parsed
from bigmodel.commands.parser import Grammar
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import PersonError
from bigmodel.core.job import Job
from bigmodel.core.language import Language
from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from tests.fakes.journey import OWNER, train, write_table
from tests.fakes.services import real_services


@dataclass(frozen=True)
class Said:
    """What a command answered: its exit status and what stands on its streams."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """Runs commands on real services, in this process."""

    services: Services
    dataset: str = ""
    job: Job | None = None

    def run(self, *arguments: str, language: Language = "en", is_json: bool = False) -> Said:
        words = self.services.words
        out, err = io.StringIO(), io.StringIO()
        plain: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False, "width": 240}
        consoles = Console(file=out, **plain), Console(file=err, **plain)
        terminal = Terminal(words, language, is_json, *consoles)
        args = parsed(Grammar(words, language).build(), arguments)
        if "check" in args:
            args.check(args)
        try:
            status = args.run(args, self.services, terminal)
        except PersonError as error:
            terminal.problem(error)
            status = 1
        return Said(status, out.getvalue(), err.getvalue())

    def record(self, *arguments: str) -> Any:  # Any: each command has its own record
        said = self.run(*arguments, is_json=True)
        assert (said.status, said.err) == (0, "")
        return json.loads(said.out)

    def refused(self, *arguments: str) -> dict[str, Any]:
        """Return the error of a command that must fail, told to people and machines alike."""
        said = self.run(*arguments, is_json=True)
        assert said.status == 1
        error: dict[str, Any] = json.loads(said.out)["error"]
        assert " ".join(error["problems"][0]["text"].split()) in " ".join(said.err.split())
        return error

    def submit(self, name: str, **params: Any) -> Job:
        """Put a training into the line; nobody takes it."""
        return self.services.training.submit(
            OWNER, self.dataset, base="scratch", name=name, changes=params
        )


def make_shell(home: Path) -> Shell:
    settings = Settings(home=home / "home", offline=True)
    settings.make_folders()
    services = real_services(settings)
    dataset = services.datasets.import_file(OWNER, write_table(home / "soup.csv"), name="soup")
    return Shell(services, dataset.id, train(services, dataset, name="first soup"))
