"""The command line (`python -m bigmodel …`): exit status 0 done, 1 a problem with its fix, 2 not understood.

It holds no behaviour: the grammar is in `commands/parser.py`, the work in the services.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence

from bigmodel.commands.parser import Grammar
from bigmodel.commands.terminal import Terminal, open_terminal
from bigmodel.core.errors import PersonError, SettingsError
from bigmodel.core.language import LANGUAGES, Language
from bigmodel.services.studio import open_services
from bigmodel.settings import Settings, read_settings, system_language
from bigmodel.words import load_words

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended like by Ctrl-C: it cleans up
    try:
        settings = read_settings()
    except SettingsError as error:
        return _refuse(error, given)
    words = load_words(settings.task_folders)
    language = _language(given) or settings.language or system_language()
    args = parsed(Grammar(words, language).build(), given)
    if "check" in args:
        args.check(args)
    terminal = open_terminal(words, language, is_json="json" in args)
    return _run(args, settings, terminal)


def parsed(parser: argparse.ArgumentParser, given: Sequence[str]) -> argparse.Namespace:
    """Parse a command line; texts may stand behind an option as well, where argparse takes no more of them."""
    args, further = parser.parse_known_args(given)
    if not further:
        return args
    if "texts_in" not in args or any(one.startswith("-") for one in further):
        return parser.parse_args(given)  # says what is not understood, and ends
    getattr(args, args.texts_in).extend(further)
    return args


def _run(args: argparse.Namespace, settings: Settings, terminal: Terminal) -> int:
    try:
        status: int = args.run(args, open_services(settings), terminal)
        sys.stdout.flush()
    except PersonError as error:
        terminal.problem(error)
        return 1
    except KeyboardInterrupt:
        terminal.errors.print(terminal.text("interrupted"))
        return 1
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception:
        log.exception("the command failed")
        terminal.problem(PersonError("unexpected"))
        return 1
    return status


def _refuse(error: SettingsError, given: Sequence[str]) -> int:
    """Say which settings of the environment are wrong; without them nothing else can be read."""
    language = _language(given) or system_language()
    open_terminal(load_words(), language, is_json="--json" in given).problem(error)
    return 1


def _language(given: Sequence[str]) -> Language | None:
    """Return the language that the command line asks for, before it is parsed."""
    asked = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    asked.add_argument("--lang", choices=LANGUAGES)
    try:
        chosen: Language | None = asked.parse_known_args(given)[0].lang
    except argparse.ArgumentError:
        return None
    return chosen


if __name__ == "__main__":
    sys.exit(main())
