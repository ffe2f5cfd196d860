"""Turns what people set into a task's Params, and each thing that is off into a sentence; it must never guess a value."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bigmodel.core.errors import ParamsError
from bigmodel.core.form import FormField, form_of
from bigmodel.core.message import Message
from bigmodel.core.task import Params, Task


def check_params(task: Task, values: Mapping[str, Any]) -> Params:
    """Return the settings of one training.

    Raises:
        ParamsError: `params_wrong`, with one problem a field that is off.
    """
    try:
        return task.params(**values)
    except ValidationError as error:
        fields = {field.name: field for field in form_of(task.params)}
        problems = [_problem(detail, fields) for detail in error.errors()]
        raise _as_error(problems) from error


def _as_error(problems: list[Message]) -> ParamsError:
    first = problems[0]
    return ParamsError(first.key.removeprefix("errors."), problems, **first.args)


def _problem(detail: ErrorDetails, fields: Mapping[str, FormField]) -> Message:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    field = fields.get(name)
    given = str(detail["input"])[:60]
    if field is None:
        return _message("param_unknown", field=name, known=", ".join(fields))
    if field.kind == "choice":
        return _message("param_choice", field=name, value=given, known=", ".join(field.choices))
    if detail["type"] in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        return _message("param_bounds", field=name, value=given, **_bounds(field))
    return _message(f"param_{field.kind}", field=name, value=given)


def _bounds(field: FormField) -> dict[str, str]:
    """Return the bounds as people write them."""
    low = "" if field.low is None else f"{field.low:g}"
    high = "" if field.high is None else f"{field.high:g}"
    return {"low": f"> {low}" if field.is_low_open else low, "high": high}


def _message(key: str, **args: str) -> Message:
    return Message(f"errors.{key}", args, "error")


def given(changes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the settings that somebody changed, without those left empty."""
    return {
        name: value for name, value in (changes or {}).items() if value is not None and value != ""
    }
