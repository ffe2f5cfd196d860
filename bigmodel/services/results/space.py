"""What makes a downloaded model a Hugging Face Space: an app that asks it in a browser; it must never name a person."""

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version as installed
from pathlib import Path

from bigmodel.answers import answer_type
from bigmodel.core.language import LANGUAGES, Language
from bigmodel.core.task import Task
from bigmodel.services.results.standalone import assemble
from bigmodel.words import Words

APP = Path(__file__).parents[3] / "assets" / "space" / "app.py"
LOCALES: Mapping[Language, str] = {"en": "en", "zh": "zh-CN"}  # as browsers call them
INPUTS = {
    "text": "text",
    "image": "file_image",
    "audio": "file_voice",
    "class": "class",
}  # words of `pages.alone`
PYTHON = "3.12"


def space_files(words: Words, task: Task) -> dict[str, str]:
    """Return the app of a Space and what it reads, by name."""
    about = {
        "title": words.first("en", [f"tasks.{task.name}.name", "export.card.task"]),
        "medium": _asked(task),
        "inputs": [f"bm_input_{name}" for name in task.inputs]
        if len(task.inputs) > 1
        else ["bm_input"],
        "unread": " · ".join(words.text(language, "export.space.unread") for language in LANGUAGES),
        "words": {LOCALES[language]: dict(_words(words, language, task)) for language in LANGUAGES},
    }
    return {"app.py": assemble(APP), "space.json": json.dumps(about, ensure_ascii=False, indent=1)}


def _asked(task: Task) -> str:
    """Return what its app is asked with: a medium, the name of a class, or a text."""
    return answer_type(task).asks or task.medium


def front_matter(task: Task) -> str:
    """Return the lines at the top of its README that a Space reads."""
    lines = {
        "title": task.name.replace("_", " ").capitalize(),
        "emoji": "🧩",
        "colorFrom": "green",
        "colorTo": "gray",
        "sdk": "gradio",
        "sdk_version": installed("gradio"),
        "python_version": f'"{PYTHON}"',
        "app_file": "app.py",
        "short_description": "A small model of its own, to ask in a browser",
    }
    return "\n".join(["---", *(f"{name}: {value}" for name, value in lines.items()), "---", "", ""])


def _words(words: Words, language: Language, task: Task) -> Iterator[tuple[str, str]]:
    name = words.first(language, [f"tasks.{task.name}.name", "export.card.task"])
    yield "bm_title", "# " + words.text(language, "export.card.title", task=name)
    yield "bm_input", words.text(language, f"pages.alone.{INPUTS[_asked(task)]}")
    for part in task.inputs if len(task.inputs) > 1 else ():
        yield f"bm_input_{part}", words.text(language, f"tasks.{task.name}.inputs.{part}")
    for key in ("ask", "caution"):
        yield f"bm_{key}", words.text(language, f"pages.alone.{key}")
