"""Conversations that stand in parts in a table: a turn a row, messages in a cell, an input beside its instruction. What was read is put together; no file of a person is opened."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bigmodel.core.datasets.spans import read_list
from bigmodel.core.datasets.turns import BEFORE, MODEL, PERSON, conversation_of, turns_of
from bigmodel.data.tables.pairs.chats import INPUT, INSTRUCTION, NONE, OUTPUT
from bigmodel.data.tables.source import ORIGINAL, PLACE
from bigmodel.data.tables.table import Target

HISTORY, SYSTEM = "history", "system"  # what some tables of Alpaca have besides
CONVERSATION = "conversation"  # the column that turns are put together in
DIALOGUE = re.compile(
    r"((dialog(ue)?|conversation|conv|chat|thread|session)[ _-]?(id|no|number|key)?|(对话|会话)(id|编号|号)?)",
    re.IGNORECASE,
)
WHO = re.compile(r"role|speaker|from|who|sender|角色|说话人|发言人|身份", re.IGNORECASE)
WHAT = re.compile(r"content|text|value|message|utterance|内容|文本|话|发言|消息", re.IGNORECASE)
WHEN = re.compile(
    r"(turn|step|position|order|index)([ _-]?(id|no|number))?|轮次|轮|序号", re.IGNORECASE
)
SEEN_ROWS = 1_000
BATCH_ROWS = 20_000
Row = dict[str, str]  # by the names of columns


@dataclass(frozen=True)
class _Turns:
    """The columns of a table in which each row is a turn."""

    dialogue: str
    who: str
    what: str
    when: str = ""


def put_together(target: Target) -> None:
    """Write a table anew in which conversations stand in parts; any other one stays as it is. What was done is noted."""
    counts: Counter[str] = Counter()
    if turns := _turns_in(target):
        _join(target, turns, counts)
    elif changes := [*_alpaca(target), *_messages(target)]:
        names = [ORIGINAL + name for name in target.columns]

        def changed(batch: pa.RecordBatch) -> pa.Table:
            rows = [_changed(row, changes, counts) for row in _rows(batch)]
            return _table(rows, [*names, PLACE])

        batches = pq.ParquetFile(target.path).iter_batches(BATCH_ROWS)
        _write(target.path, map(changed, batches))
    if counts["alpaca"]:
        target.findings.note("alpaca", level="info", count=counts["alpaca"])
    if counts["rows"]:
        rows, most = counts["rows"], counts["turns"]
        target.findings.note("chats", level="info", rows=rows, turns=most)


def count_turns(cells: Iterator[str], counts: Counter[str]) -> None:
    """Count a row whose longest conversation has so many turns."""
    if turns := max((len(turns_of(cell)) for cell in cells), default=0):
        counts["rows"] += 1
        counts["turns"] += turns


def _changed(
    row: Row, changes: Sequence[Callable[[Row, Counter[str]], None]], counts: Counter[str]
) -> Row:
    for change in changes:
        change(row, counts)
    return row


def _alpaca(target: Target) -> Iterator[Callable[[Row, Counter[str]], None]]:
    """Yield what puts an input below its instruction, as tables of Alpaca have them."""
    called = {name.strip().casefold(): ORIGINAL + name for name in target.columns}
    if not called.keys() >= {INSTRUCTION, INPUT, OUTPUT}:
        return
    instruction, given, output = (called[name] for name in (INSTRUCTION, INPUT, OUTPUT))
    before, opening = called.get(HISTORY, ""), called.get(SYSTEM, "")

    def below(row: Row, counts: Counter[str]) -> None:
        if row[given].strip():
            row[instruction] = f"{row[instruction]}\n{row[given]}"
            counts["alpaca"] += 1
        said = [("system", row[opening])] if opening and row[opening].strip() else []
        said += _told_before(row[before]) if before else []
        if before or opening:
            said += [("user", row[instruction]), ("assistant", row[output])]
            messages = [{"role": who, "content": what} for who, what in said]
            row[instruction] = conversation_of(messages) or row[instruction]

    yield below


def _told_before(cell: str) -> list[tuple[str, str]]:
    """Return the turns of a history, a list of pairs of what was asked and answered."""
    pairs = read_list(cell)
    if not isinstance(pairs, list):
        return []
    fitting = [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2]
    return [
        turn for pair in fitting for turn in zip(("user", "assistant"), map(str, pair), strict=True)
    ]


def _messages(target: Target) -> Iterator[Callable[[Row, Counter[str]], None]]:
    """Yield what reads lists of messages out of the cells of a column, where most of them are such."""
    first = next(pq.ParquetFile(target.path).iter_batches(SEEN_ROWS), None)
    rows = _rows(first) if first is not None else []
    for name in target.columns:
        column = ORIGINAL + name
        cells = [row[column] for row in rows if row[column].strip()]
        if 2 * sum(bool(_conversation(cell)) for cell in cells) > len(cells):
            yield _reading(column)


def _reading(column: str) -> Callable[[Row, Counter[str]], None]:
    def read(row: Row, counts: Counter[str]) -> None:
        row[column] = _conversation(row[column]) or row[column]
        count_turns(iter((row[column],)), counts)

    return read


def _conversation(cell: str) -> str:
    """Return a cell that lists messages, as JSON or as Python prints them, as one text."""
    if not cell.lstrip().startswith("[{"):
        return ""
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        value = read_list(cell)
    return conversation_of(value)


def _turns_in(target: Target) -> _Turns | None:
    """Return the columns of a table in which each row is a turn; None of one that tells more, unless somebody asked for it."""
    named = {"dialogue": DIALOGUE, "who": WHO, "what": WHAT, "when": WHEN}
    found: dict[str, str] = {}
    for name in target.columns:
        kind = next(
            (k for k, p in named.items() if k not in found and p.fullmatch(name.strip())), ""
        )
        if kind:
            found[kind] = name
    if not found.keys() >= {"dialogue", "who", "what"}:
        return None
    tells_more = len(found) < len(target.columns)  # such as a label of each turn
    kind = target.asked.kind
    return None if kind != NONE and (tells_more or kind) else _Turns(**found)


def _join(target: Target, turns: _Turns, counts: Counter[str]) -> None:
    """Put the turns of each dialogue together, in their order."""
    dialogues: dict[str, list[Row]] = {}
    for row in _rows(pq.read_table(target.path)):
        dialogues.setdefault(row[ORIGINAL + turns.dialogue].strip(), []).append(row)
    roles = _roles(row[ORIGINAL + turns.who] for rows in dialogues.values() for row in rows)
    made, left = [], 0
    for key, rows in dialogues.items():
        if turns.when:
            rows.sort(key=lambda row: _number(row[ORIGINAL + turns.when]))
        said = [
            {
                "role": roles.get(row[ORIGINAL + turns.who].strip().casefold(), ""),
                "content": row[ORIGINAL + turns.what],
            }
            for row in rows
        ]
        text = conversation_of(said) if key else ""
        left += not text
        if text:
            count_turns(iter((text,)), counts)
            columns = (ORIGINAL + turns.dialogue, ORIGINAL + CONVERSATION, PLACE)
            made.append(dict(zip(columns, (key, text, rows[0][PLACE]), strict=True)))
    if not made:
        return
    _write(target.path, [_table(made, list(made[0]))])
    target.findings.note("turns_joined", level="info", rows=target.rows, count=len(made))
    if left:
        target.findings.note("turns_left", count=left)
    target.columns, target.rows = (turns.dialogue, CONVERSATION), len(made)


def _roles(who: Iterator[str]) -> Mapping[str, str]:
    """Return who speaks as roles are called; of two speakers with other names, the first is the person."""
    names = list(dict.fromkeys(name.strip().casefold() for name in who if name.strip()))
    if len(names) == 2 and not set(names) & (PERSON | MODEL | BEFORE):
        return dict(zip(names, ("user", "assistant"), strict=True))
    return {name: name for name in names}


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return 0.0


def _rows(batch: pa.RecordBatch | pa.Table) -> list[Row]:
    return [{name: cell or "" for name, cell in row.items()} for row in batch.to_pylist()]


def _table(rows: Sequence[Row], names: Sequence[str]) -> pa.Table:
    schema = pa.schema([(name, pa.string()) for name in names])
    return pa.Table.from_pylist(list(rows), schema=schema)


def _write(path: Path, tables: Iterator[pa.Table] | Sequence[pa.Table]) -> None:
    """Write a table in the place of the one that was there."""
    fresh = path.with_suffix(".together")
    writer = None
    for table in tables:
        writer = writer or pq.ParquetWriter(fresh, table.schema, compression="zstd")
        writer.write_table(table)
    if writer:
        writer.close()
        fresh.replace(path)
