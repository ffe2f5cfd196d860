"""Documents with a table of questions on them: every question has its document, answers are found in it, single questions are held out."""

import zipfile

from bigmodel.core.datasets.dataset import Version
from bigmodel.core.datasets.extracts import extracts_of
from bigmodel.core.datasets.inputs import parts_of
from bigmodel.data.ingest import documents
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.settings import Settings
from tests.fakes.scratch_store import ScratchStore

FACTS = [(f"The {n}th boat is called Gull {n}.", f"What is boat {n} called?", f"Gull {n}") for n in range(60)]  # fmt: skip
MANUAL = "\n\n".join(fact for fact, *_ in FACTS)


def read(settings: Settings, files: dict[str, str]) -> Version:
    settings.scratch.mkdir(parents=True, exist_ok=True)
    path = settings.scratch / "asked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return DatasetService(settings, ScratchStore()).import_file("me", path).version


def asked(names: str, rows: list[str]) -> str:
    return "\n".join([names, *rows])


def keys(version: Version) -> set[str]:
    return {problem.key.rpartition(".")[2] for problem in version.summary.problems}


def passages(settings: Settings, version: Version) -> list[tuple[str, str, str]]:
    """Return passage, question and first answer of each row."""
    rows = load_rows(settings.home / version.folder)
    return [
        (*parts_of(text)[:2], extracts_of(target)[0].text)
        for text, target in zip(rows["input"], rows["target"], strict=True)
    ]


def test_one_document_is_the_passage_of_every_question(settings: Settings) -> None:
    table = asked("question,answer", [f"{question},{answer}" for _, question, answer in FACTS])
    version = read(settings, {"manual.txt": MANUAL, "questions.csv": table, "README.md": "x"})
    assert (version.recipe.inputs, version.recipe.target) == (("context", "question"), "answer")
    assert version.summary.target == "extracted"
    rows = passages(settings, version)
    assert {passage for passage, *_ in rows} == {MANUAL}
    assert [answer for *_, answer in rows] == [answer for *_, answer in FACTS]
    assert {"documents_asked", "together_few"} <= keys(version)
    assert version.summary.split_rows["test"] == version.summary.split_rows["validation"] == 6


def test_column_says_which_document_is_meant(settings: Settings) -> None:
    halves = {"north": FACTS[:30], "south.txt": FACTS[30:]}
    rows = [f"{q},{a},{name}" for name, facts in halves.items() for _, q, a in facts]
    files = {
        f"docs/{name.removesuffix('.txt')}.txt": " ".join(fact for fact, *_ in facts)
        for name, facts in halves.items()
    }
    version = read(settings, {**files, "asked.csv": asked("question,answer,file", rows)})
    assert all(answer in passage for passage, _, answer in passages(settings, version))
    assert len({passage for passage, *_ in passages(settings, version)}) == 2


def test_long_document_is_parted_where_the_answer_stands(settings: Settings) -> None:
    filling = "\n\n".join("Nothing is said of boats in this part of it." for _ in range(2_000))
    table = asked("question,answer", [f"{question},{answer}" for _, question, answer in FACTS])
    version = read(settings, {"manual.txt": f"{filling}\n\n{MANUAL}", "questions.csv": table})
    found = passages(settings, version)
    assert all(len(passage) <= documents.LONGEST for passage, *_ in found)
    assert all(answer in passage for passage, _, answer in found)
    assert "documents_long" in keys(version)


def test_text_beside_a_table_that_asks_nothing_of_it_is_passed_by(settings: Settings) -> None:
    rows = [f"it is number {n},{('good', 'bad')[n % 2]}" for n in range(60)]
    version = read(settings, {"notes.txt": MANUAL, "rows.csv": asked("text,label", rows)})
    assert version.summary.target == "label"
    assert "files_apart" in keys(version)
