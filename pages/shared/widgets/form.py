"""Draws the settings of a training from their description; bounds and checks themselves belong to the services."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import gradio as gr

from bigmodel.core.form import FormField
from pages.shared.web.page import Context

GROUPS = ("time", "learning", "stability", "data", "machine")


class ParamsForm:
    """One component a setting, grouped. `fields` are those of all tasks; what a task lacks is hidden."""

    def __init__(self, ctx: Context, fields: Iterable[FormField]) -> None:
        self.ctx = ctx
        self.fields = {field.name: field for field in fields}
        self.components: dict[str, Any] = {}  # Any: each kind of field has its own component
        known = [field.group for field in self.fields.values()]
        for group in (*GROUPS, *dict.fromkeys(g for g in known if g not in GROUPS)):
            mine = [field for field in self.fields.values() if field.group == group]
            if mine:
                self._build_group(group, mine)

    @property
    def names(self) -> list[str]:
        """Names of the fields, in the order of `inputs`."""
        return list(self.components)

    @property
    def inputs(self) -> list[Any]:
        """Components of the fields."""
        return list(self.components.values())

    @property
    def changes(self) -> list[Any]:
        """Events of the fields when a person sets one; a text box tells of keys alone by `input`, not of what was pasted."""
        return [
            field.change if isinstance(field, gr.Textbox) else field.input for field in self.inputs
        ]

    def updates(
        self, shown: Sequence[FormField], values: Mapping[str, object]
    ) -> dict[Any, object]:
        """Return an update for every component: the value of a field, or hidden."""
        names = {field.name for field in shown}
        return {
            component: gr.update(visible=True, value=values[name])
            if name in names
            else gr.update(visible=False)
            for name, component in self.components.items()
        }

    def _build_group(self, group: str, fields: Sequence[FormField]) -> None:
        key = f"pages.train.group_{group}"
        if self.ctx.services.words.has(key):
            gr.Markdown(self.ctx.t(key), elem_classes="bm-title")
        with gr.Row(equal_height=False):
            for field in fields:
                self.components[field.name] = self._build_field(field)

    def _words_of(self, field: FormField) -> str:
        """Return where the words of a field are: in the task that brings it, else with those of all tasks."""
        tasks = [task.name for task in self.ctx.services.training.tasks()]
        own = [f"tasks.{task}.params.{field.name}" for task in tasks]
        known = [place for place in own if self.ctx.services.words.has(f"{place}.title")]
        return known[0] if known else f"params.{field.name}"

    def _build_field(self, field: FormField) -> gr.components.Component:
        words = self._words_of(field)
        label = self.ctx.t(f"{words}.title")
        info = f"{self.ctx.t(f'{words}.help')}{_bounds(field)}"
        usual: dict[str, Any] = {
            "label": label,
            "info": info,
            "elem_id": f"train-param-{field.name}",
            "min_width": 240,
        }
        if field.kind == "choice":
            choices = [(self._choice(words, choice), choice) for choice in field.choices]
            return gr.Dropdown(choices, value=field.default, **usual)
        if field.kind == "bool":
            return gr.Checkbox(bool(field.default), **usual)
        if field.kind == "text":
            return gr.Textbox(str(field.default), **usual)
        number = field.default if isinstance(field.default, int | float) else None
        # Gradio's own bounds would answer in English only: the service checks them and says so.
        return gr.Number(number, precision=0 if field.kind == "int" else None, **usual)

    def _choice(self, words: str, choice: str) -> Any:
        key = f"{words}.{choice}"
        return self.ctx.t(key) if self.ctx.services.words.has(key) else choice


def _bounds(field: FormField) -> str:
    """Return the bounds in a form that every language reads."""
    if field.kind not in ("int", "float") or field.low is None or field.high is None:
        return ""
    low = f"> {field.low:g}" if field.is_low_open else _plain(field.low)
    return f" ({low} – {_plain(field.high)})"


def _plain(number: float) -> str:
    return f"{int(number)}" if float(number).is_integer() else f"{number:g}"


def all_fields(ctx: Context) -> list[FormField]:
    """Return the settings of all tasks, each name once."""
    found: dict[str, FormField] = {}
    for task in ctx.services.training.tasks():
        for field in ctx.services.training.form(task.name):
            found.setdefault(field.name, field)
    return list(found.values())


def task_choices(ctx: Context) -> list[tuple[Any, str]]:  # Any: a text, or the marker of one
    """Return every task with its name in words, where it has one."""
    choices = []
    for task in ctx.services.training.tasks():
        key = f"tasks.{task.name}.name"
        choices.append((ctx.t(key) if ctx.services.words.has(key) else task.name, task.name))
    return choices
