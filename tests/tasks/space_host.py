"""A process that has imported what Spaces import, and forks one for each folder it is told; it must never import this app.

Importing takes longer than all the rest of starting one. It is run as a program, by its path.
"""

import importlib
import json
import os
import runpy
import signal
import sys

LIBRARIES = ("gradio", "torch", "transformers.modeling_utils")


def main() -> None:
    """Answer each folder, a line of JSON with its environment, with the number of the process that runs its app."""
    for name in LIBRARIES:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone at once
    for line in sys.stdin:
        if (process := os.fork()) == 0:
            become_app(**json.loads(line))
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()


def become_app(folder: str, environment: dict[str, str]) -> None:
    """Go on in this fork as `python app.py` does in its folder."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(folder)
    os.environ.update(environment)
    log = os.open("app.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDONLY) if stream == 0 else log, stream)
    sys.argv[:] = ["app.py"]
    sys.path[0] = folder  # where a script's own folder stands, in place of this one's
    runpy.run_path("app.py", run_name="__main__")
    sys.exit()


if __name__ == "__main__":
    main()
