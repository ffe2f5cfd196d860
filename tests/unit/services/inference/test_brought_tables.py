"""Answered tables of other programs: whole, under their own name, and said what reading them cost."""

import csv
import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import feather

from bigmodel.words import load_words
from tests.fakes.demo import Studio, open_studio

SAY = partial(load_words().say, "en")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path / "home") as opened:
        yield opened


def told_of(studio: Studio, file: Path) -> tuple[Path, dict[str, dict[str, object]]]:
    made = studio.demo.predict_file("me", studio.job(), file, None, SAY)
    return made.path, {each.key.rpartition(".")[2]: dict(each.args) for each in made.remarks}


def test_what_reading_cost_and_another_encoding_are_said_of_answers(
    studio: Studio, tmp_path: Path
) -> None:
    rows = "".join(f"{n},第{n}次真 good\n" for n in range(20))
    file = tmp_path / "反馈.csv"
    file.write_bytes(f"编号,text\n{rows}20,真 bad,more,cells\n".encode("gb18030"))
    path, said = told_of(studio, file)
    assert (said["encoding"], said["rows_ragged"]["count"]) == ({"encoding": "GB18030"}, 1)
    assert "第7次真 good" in path.read_text("utf-8-sig")
    plain = tmp_path / "plain.csv"
    plain.write_text("text\ngood\n", "utf-8")
    assert told_of(studio, plain)[1] == {}


@pytest.mark.parametrize("ending", ["db", "feather", "csv.gz", "jsonl"])
def test_tables_of_other_programs_come_back_whole(studio: Studio, tmp_path: Path, ending: str) -> None:  # fmt: skip
    rows = [{"编号": f"{n:03d}", "text": f"第{n}次 good", "备注": "一，\n二"} for n in range(12)]
    file = tmp_path / f"a.{ending}"
    if ending == "db":
        with closing(sqlite3.connect(file)) as db:
            db.execute("create table t (编号 text, text text, 备注 text)")
            db.executemany("insert into t values (:编号, :text, :备注)", rows)
            db.commit()
    elif ending == "feather":
        feather.write_feather(pa.Table.from_pylist(rows), file)
    elif ending == "jsonl":
        marked = [{**row, "marks": [[0, 1, "X"]], "n": 1.5} for row in rows]
        file.write_text("".join(f"{json.dumps(row)}\n" for row in marked), "utf-8")
    else:
        lines = ["编号,text,备注", *(f'{r["编号"]},{r["text"]},"{r["备注"]}"' for r in rows)]
        file.write_bytes(gzip.compress("\n".join(lines).encode()))
    path, told = told_of(studio, file)
    assert told == {"plain": {"kind": "CSV"}}
    assert path.name == "a-answers.csv"
    with path.open(encoding="utf-8-sig", newline="") as opened:
        found = list(csv.DictReader(opened))
    assert [{name: row[name] for name in rows[0]} for row in found] == rows
    assert {row["label"] for row in found} == {"good"}
    if ending == "jsonl":
        assert found[0]["marks"] == '[[0, 1, "X"]]'
