"""What one setting of a training is, for a form or a help text: its kind, bounds and default, read from the Params."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bigmodel.core.task import Params

FieldKind = Literal["int", "float", "bool", "choice", "text"]
Value = bool | int | float | str
HIDDEN = "hidden"
_KINDS: Mapping[str, FieldKind] = {
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "string": "text",
}


@dataclass(frozen=True)
class FormField:
    """One setting. Its words are at `params.<name>.title` and `.help`; of a choice at `params.<name>.<choice>`.

    `is_low_open` says that `low` itself is not allowed (a learning rate above 0).
    """

    name: str
    kind: FieldKind
    group: str
    default: Value
    low: float | None = None
    high: float | None = None
    is_low_open: bool = False
    choices: tuple[str, ...] = ()


def form_of(params: type[Params]) -> list[FormField]:
    """Return the fields of a task's settings that people may set, in the order they are declared."""
    properties = params.model_json_schema()["properties"]
    fields = [_field(name, about) for name, about in properties.items()]
    return [field for field in fields if field.group != HIDDEN]


# Any: a JSON schema is as deep as pydantic makes it
def _field(name: str, about: Mapping[str, Any]) -> FormField:
    choices = tuple(about.get("enum", ()))
    kind: FieldKind = "choice" if choices else _KINDS[about["type"]]
    low = about.get("minimum", about.get("exclusiveMinimum"))
    return FormField(
        name=name,
        kind=kind,
        group=about.get("group", "more"),
        default=about["default"],
        low=low,
        high=about.get("maximum", about.get("exclusiveMaximum")),
        is_low_open="exclusiveMinimum" in about,
        choices=choices,
    )
