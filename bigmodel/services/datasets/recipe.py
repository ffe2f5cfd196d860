"""The first recipe of an upload: which columns are read and learned, and how the file was understood. It reads no upload itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bigmodel.core.datasets.dataset import NO_LABEL, ONLY_TEXT, Recipe, Version
from bigmodel.core.datasets.splits import GIVEN
from bigmodel.core.errors import DatasetError
from bigmodel.core.message import Message
from bigmodel.core.task import Task
from bigmodel.data.ingest.importer import Upload
from bigmodel.data.parts import parts_in
from bigmodel.data.tables.guess import Guess, guess_columns, likest_texts
from bigmodel.data.tables.label import listed
from bigmodel.data.tables.pairs.chats import chat_of
from bigmodel.data.tables.pairs.columns import pair_of
from bigmodel.data.tables.pairs.passages import EXTRACTED, passage_of, require_passage
from bigmodel.data.tables.pairs.targets import COLUMNS, guess_targets, lists_marks
from bigmodel.data.tables.pairs.whole import whole_rows_of
from bigmodel.data.tables.shapes.wordless import require_words
from bigmodel.data.tables.source import Source, sample_rows
from bigmodel.data.targets import target_kind, target_kinds

SAMPLE_ROWS = 5_000
PROSE, NONE = "prose", "none"  # running text, and the target kind of rows that are learned whole
TEXTS, TEXT, LABEL = "texts", "text", "label"  # text files in folders, and what they say and are
NEIGHBOURS = "group:section"  # passages of running text stay with theirs


def recipe_of(
    upload: Upload,
    source_name: str,
    *,
    text: str = "",
    label: str = "",
    more: Sequence[str] = (),
    also: Sequence[str] = (),
    task: Task | None = None,
) -> tuple[Recipe, tuple[Message, ...]]:
    """Return the recipe of a file that was just read, and what is to be said of its columns.

    Columns that are not given are guessed, as a task reads and learns them if somebody chose one.

    Raises:
        DatasetError: `inputs_lacking`, or as of `guess_columns` and `require_words`.
    """
    kind = upload.kind if task is None or upload.is_media else task.target
    sample = {} if upload.is_media else sample_rows(upload.source(), SAMPLE_ROWS)
    if upload.is_media:
        guess = Guess(upload.columns[0], upload.columns[1])
    else:
        guess = columns_of(upload, sample, text=text, label=label, more=more, also=also, task=task)
        _require_inputs(guess, task, upload)
        if task and task.target == TEXT and not (text or label):
            _require_pair(guess, columns_of(upload, sample), sample)
    is_whole = bool(kind) and target_kind(kind).reads_all
    if not text and not upload.is_media and not is_whole and (not task or len(task.inputs) < 2):
        said = require_words(sample, guess.text, guess.label)
        guess = replace(guess, remarks=(*guess.remarks, *said))
    recipe = Recipe(
        input=guess.text,
        target=guess.label,
        more=guess.more,
        also=guess.also,
        kind=guess.kind if guess.also else kind or guess.kind,
        task=task.name if task else "",
        source_name=source_name,
        format=upload.format,
        encoding=upload.encoding,
        delimiter=upload.delimiter,
        medium=upload.medium,
        form=upload.form,
        level=upload.level,
        name_part=upload.name_part,
        split_by=NEIGHBOURS if upload.format == PROSE else "",
    )
    kept = recipe.split_by
    split_by, told = (kept, ()) if kept else _given_parts(sample, recipe)
    return replace(recipe, split_by=split_by), (*guess.remarks, *told)


def _require_inputs(guess: Guess, task: Task | None, upload: Upload) -> None:
    """Refuse a table that lacks a column which the chosen task reads: it would learn from half of each row.

    Raises:
        DatasetError: `inputs_lacking`.
    """
    if task is None or task.has_turns:
        return
    found = [name for name in (guess.text, *guess.more) if name]
    if len(found) < len(task.inputs) and len(task.inputs) > 1:
        raise DatasetError(
            "inputs_lacking",
            asked=len(task.inputs),
            found=listed(found) or "–",
            known=", ".join(upload.columns),
        )


def _require_pair(guess: Guess, plain: Guess, sample: Mapping[str, Sequence[str]]) -> None:
    """Refuse a table that is to be translated but is plainly another one: marked words, passages with questions, conversations.

    Raises:
        DatasetError: `pairs_of_other_task`.
    """
    has_turns = plain.kind == NONE and not plain.more  # two columns may be a pair as well
    is_marked = lists_marks(sample.get(guess.label, ()))
    if has_turns or is_marked or plain.kind == EXTRACTED:
        raise DatasetError("pairs_of_other_task", text=guess.text, label=guess.label)


def _given_parts(
    sample: Mapping[str, Sequence[str]], recipe: Recipe
) -> tuple[str, tuple[Message, ...]]:
    """Return by which column a table says itself which rows are tested on, and that it was kept; "" where none does."""
    used = (*recipe.inputs, recipe.target, *recipe.also)
    for name, cells in sample.items():
        if name not in used and (parts := parts_in(cells, name)):
            args = {"column": name, "values": listed(sorted(parts))}
            return f"{GIVEN}:{name}", (Message("data.problems.split_given", args, "info"),)
    return "", ()


def columns_of(
    upload: Upload,
    sample: Mapping[str, Sequence[str]],
    *,
    text: str = "",
    label: str = "",
    more: Sequence[str] = (),
    also: Sequence[str] = (),
    task: Task | None = None,
) -> Guess:
    """Return the columns of a table, guessed from some of its rows (`sample`) where they are not given; `also` are further ones to learn."""
    if also or (task and target_kind(task.target).learns_several):
        return guess_targets(sample, text=text, targets=[*filter(None, (label,)), *also])
    kind = task.target if task else upload.kind
    if kind and target_kind(kind).reads_all:
        return whole_rows_of(sample, text=text, label=label, more=more)
    inputs = task.inputs if task and len(task.inputs) > 1 else ()
    if upload.format == TEXTS and not inputs and not any((text, label, more)):
        is_given = task is None or target_kind(task.target).is_given
        return Guess(TEXT, LABEL if is_given and LABEL in upload.columns else "")
    if passage := passage_of(
        sample, text=text, label=label, more=more, kind=task.target if task else ""
    ):
        return passage
    if task and task.target == EXTRACTED and not text:
        require_passage(sample)
    is_asked = bool(task and task.has_turns)
    if (task is None or is_asked) and not more:
        if upload.format == PROSE and not text and not label:
            return Guess(upload.columns[0], "", kind=NONE)
        if chat := chat_of(sample, text, label, is_asked=is_asked):
            return chat
    if (
        not inputs
        and not more
        and (pair := pair_of(sample, text, label, task.target if task else ""))
    ):
        return pair
    return _guessed(sample, text, label, more, inputs, task)


def _guessed(
    sample: Mapping[str, Sequence[str]],
    text: str,
    label: str,
    more: Sequence[str],
    inputs: Sequence[str],
    task: Task | None,
) -> Guess:
    """Return columns by their names and values; `inputs` are the parts that a task reads of a row, where it reads several."""
    called = {name.casefold(): name for name in sample if name not in (label, *more)}
    text = text or (called.get(inputs[0], "") if inputs else "")
    more = more or [called[name] for name in inputs[1:] if called.get(name, text) != text]
    guess = guess_columns(
        sample,
        text=text,
        label=label,
        more=more,
        kind=target_kind(task.target) if task else None,
        known=target_kinds().values(),
    )
    if lacking := max(0, len(inputs) - 1 - len(guess.more)):
        left = {n: sample[n] for n in sample if n not in (guess.text, guess.label, *guess.more)}
        guess = replace(guess, more=(*guess.more, *likest_texts(left, lacking)))
    return guess


def label_of(recipe: Recipe) -> str:
    """Return the column that is learned, or what is said in its place."""
    return recipe.target or (ONLY_TEXT if _is_learned_whole(recipe) else NO_LABEL)


def kind_without_label(label: str, recipe: Recipe) -> str:
    """Return the target kind of rows that have no label column: none will come (`ONLY_TEXT`), or those that came before."""
    if label == ONLY_TEXT:
        return NONE
    return "" if _is_learned_whole(recipe) else recipe.kind


def _is_learned_whole(recipe: Recipe) -> bool:
    return bool(recipe.kind) and not target_kind(recipe.kind).is_given


def kind_of_columns(
    source: Source,
    text: str,
    label: str,
    more: Sequence[str] = (),
    also: Sequence[str] = (),
    was: Version | None = None,
) -> str:
    """Return the target kind that chosen columns tell, "" where only their values can; rows read whole stay so."""
    if was is not None and target_kind(was.summary.target).reads_all:
        return was.summary.target
    if also:
        return COLUMNS
    sample = sample_rows(source, SAMPLE_ROWS)
    if more:
        passage = passage_of(sample, text=text, label=label, more=more)
        return passage.kind if passage else ""
    pair = pair_of({name: sample[name] for name in (text, label) if name}, text, label)
    return pair.kind if pair else ""


def check_test_file(upload: Upload, recipe: Recipe) -> None:
    """Check that a file of test rows is what a dataset consists of.

    Raises:
        DatasetError: `test_medium`, `test_columns`.
    """
    if (upload.medium, upload.form) != (recipe.medium, recipe.form):
        raise DatasetError("test_medium")
    asked = filter(None, (*recipe.inputs, *recipe.targets))
    if missing := [column for column in asked if column not in upload.columns]:
        lacks, found = ", ".join(missing), ", ".join(upload.columns)
        raise DatasetError("test_columns", missing=lacks, found=found)
