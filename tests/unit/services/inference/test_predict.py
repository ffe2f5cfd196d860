"""The demo service over a scratch store and real serving children of a fake task."""

import csv
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from bigmodel.answers import label, number
from bigmodel.core.errors import DatasetError, ModelError, NotFoundError
from bigmodel.core.ids import new_id
from bigmodel.core.task import Explanation
from bigmodel.services.inference.answered import MEMORY, Answered
from bigmodel.services.inference.batch_folder import given_files
from bigmodel.services.inference.predict import NamedFile
from bigmodel.words import load_words
from tests.fakes.demo import LABELS, Studio, open_studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path / "home") as opened:
        yield opened


SAY = partial(load_words().say, "en")


def write_csv(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_job_means_its_kept_model(studio: Studio) -> None:
    job_id = studio.job(kinds=("instant", "tuned"), kept="tuned")
    assert studio.demo.resolve("me", job_id).kind == "tuned"


def test_model_is_found_by_its_own_id(studio: Studio) -> None:
    job_id = studio.job(kinds=("instant", "tuned"), kept="tuned")
    instant = next(m for m in studio.demo.models("me") if m.kind == "instant")
    assert studio.demo.resolve("me", instant.id) == instant
    assert instant.job_id == job_id


def test_kept_model_is_listed_first(studio: Studio) -> None:
    older, newer = (studio.job(kinds=("instant", "tuned"), kept="tuned") for _ in range(2))
    listed = [(model.job_id, model.kept) for model in studio.demo.models("me")]
    assert listed == [(newer, True), (newer, False), (older, True), (older, False)]


@pytest.mark.parametrize(
    "name", ["", "nothing", "../../etc", "01940000-0000-7000-8000-000000000000"]
)
def test_unknown_model_is_not_found(studio: Studio, name: str) -> None:
    with pytest.raises(NotFoundError, match="model_unknown"):
        studio.demo.resolve("me", name)


def test_other_owner_finds_no_model(studio: Studio) -> None:
    job_id = studio.job()
    for thing in (job_id, studio.demo.resolve("me", job_id).id):
        with pytest.raises(NotFoundError, match="model_unknown"):
            studio.demo.answers("somebody else", thing, ["good"])


def test_running_job_has_no_model_yet(studio: Studio) -> None:
    job_id = studio.job(kinds=())
    with pytest.raises(ModelError, match="model_not_ready"):
        studio.demo.resolve("me", job_id)
    studio.finish(job_id)
    with pytest.raises(ModelError, match="job_without_model"):
        studio.demo.resolve("me", job_id)


def test_answer_has_label_and_probabilities(studio: Studio) -> None:
    [answer] = studio.demo.answers("me", studio.job(), ["so good"])
    assert answer.text == "good"
    assert list(answer.probabilities) == list(LABELS)
    assert sum(answer.probabilities.values()) == pytest.approx(1)


def test_texts_are_looked_at_and_strangers_named(studio: Studio) -> None:
    job = studio.job()
    known, odd = studio.demo.look_texts("me", job, ["so good", "neither"])
    assert (known.line, known.is_strange, known.notice) == ("good", False, "")
    assert (odd.is_strange, odd.notice) == (True, "pages.demo.strange")
    assert studio.demo.near_texts("me", job, known) == []  # this model names no rows


@pytest.mark.parametrize(
    ("name", "said", "notice"),
    [
        ("good", Explanation(unreadable="broken"), "strangers.unreadable.broken"),
        ("", Explanation(ood_score=2.0), "strangers.number"),
        ("good", Explanation(), ""),
    ],
)
def test_notice_fits_the_answer(name: str, said: Explanation, notice: str) -> None:
    one = Answered(label.ANSWER, label.Label((name,), (1.0,)), said)
    found = one if name else Answered(number.ANSWER, number.Number(1.0), said)
    assert found.notice == notice
    assert found.is_strange is (True if notice else None)


def test_rows_a_text_is_near_to_are_shown(studio: Studio) -> None:
    answer = Answered(
        label.ANSWER,
        label.Label(("good",), (1.0,)),
        Explanation(nearest=(("train bad 0", 0.1), ("gone", 0.2), ("train good 1", 0.3))),
    )
    job = studio.job()
    rows = studio.demo.near_texts("me", job, answer)
    assert [(row.text, row.target) for row in rows] == [
        ("train bad 0", "bad"),
        ("train good 1", "good"),
    ]
    next(studio.settings.datasets.glob("*/1/items.parquet")).unlink()
    assert studio.demo.near_texts("me", job, answer) == []


def test_examples_are_test_rows_of_each_class(studio: Studio) -> None:
    examples = studio.demo.examples("me", studio.job(), 4)
    assert examples == ["test bad 0", "test good 0", "test bad 1", "test good 1"]


def test_table_keeps_columns_and_gains_answers(studio: Studio, tmp_path: Path) -> None:
    rows = [["id", "text", "note"], ["7", "so good", "=1+1"], ["8", "bad", "x"], ["9", " ", ""]]
    out = studio.demo.predict_file(
        "me", studio.job(), write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", SAY
    ).path
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    written = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert written[0] == ["id", "text", "note", "label", "certainty"]
    assert written[1] == ["7", "so good", "'=1+1", "good", "0.9"]
    assert written[2][3] == "bad"
    assert written[3][3:] == ["", ""]


def test_table_without_the_column_says_which_one_was_read(studio: Studio, tmp_path: Path) -> None:
    texts = ["it was so good that we came again", "a bad evening from end to end"]
    rows = [["nr", "what people wrote"], *([str(n), text] for n, text in enumerate(texts))]
    given = write_csv(tmp_path / "other.csv", rows)
    made = studio.demo.predict_file("me", studio.job(), given, tmp_path / "out.csv", SAY)
    assert (made.guessed, made.tally.rows) == ("what people wrote", 2)
    named = write_csv(tmp_path / "in.csv", [["nr", "text"], *rows[1:]])
    assert not studio.demo.predict_file(
        "me", studio.job(), named, tmp_path / "out.csv", SAY
    ).guessed


def test_table_names_strangers_where_the_model_can(studio: Studio, tmp_path: Path) -> None:
    job = studio.job()
    rows = [["id", "text"], ["1", "so good"], ["2", "neither"], ["3", " "]]
    (studio.settings.home / studio.demo.resolve("me", job).folder / MEMORY).touch()
    given = write_csv(tmp_path / "in.csv", rows)
    made = studio.demo.predict_file("me", job, given, tmp_path / "out.csv", SAY)
    written = list(csv.reader(made.path.read_text("utf-8-sig").splitlines()))
    assert [row[4] for row in written] == ["none of these", "no", "yes", ""]
    assert made.tally.strange == 1


def test_sheet_comes_back_with_texts_as_text(studio: Studio, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    for row in (["text", "note"], ["so good", "-2+3"], ["bad", "fine\x0b"[:4]]):
        sheet.append(row)
    book.save(tmp_path / "in.xlsx")
    given, out = tmp_path / "in.xlsx", tmp_path / "out.xlsx"
    made = studio.demo.predict_file("me", studio.job(), given, out, SAY)
    written, summary = openpyxl.load_workbook(made.path).worksheets
    assert summary.title == "Summary"
    assert [cell.value for cell in written[1]] == ["text", "note", "label", "certainty"]
    assert [cell.value for cell in written[2]] == ["so good", "-2+3", "good", 0.9]
    assert {cell.data_type for row in written.iter_rows(max_col=3) for cell in row} == {"s"}


def test_workbook_with_macros_is_never_made_of_another(studio: Studio, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "in.csv", [["text"], ["good"]])
    with pytest.raises(DatasetError, match="macros_only_back"):
        studio.demo.predict_file("me", studio.job(), file, tmp_path / "out.xlsm", SAY)
    assert not (tmp_path / "out.xlsm").exists()


def test_column_with_longest_texts_is_guessed(studio: Studio, tmp_path: Path) -> None:
    rows = [["when", "said"], ["1", "it was good"], ["2", "it was bad"]]
    seen: list[tuple[int, int]] = []
    studio.demo.predict_file(
        "me",
        studio.job(),
        write_csv(tmp_path / "in.csv", rows),
        tmp_path / "out.csv",
        SAY,
        lambda *at: seen.append(at),
    )
    answers = list(csv.DictReader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert [row["label"] for row in answers] == ["good", "bad"]
    assert seen[-1] == (2, 2)


def test_failed_answering_leaves_no_file(studio: Studio, tmp_path: Path) -> None:
    rows = [["text"], ["good"], ["stumble"]]
    with pytest.raises(ModelError, match="prediction_failed"):
        studio.demo.predict_file(
            "me", studio.job(), write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", SAY
        )
    assert {path.name for path in tmp_path.iterdir()} == {"home", "in.csv"}
    assert not list(studio.settings.scratch.iterdir())


def test_unwritable_place_is_told(studio: Studio, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "in.csv", [["text"], ["good"]])
    with pytest.raises(DatasetError, match="table_not_written"):
        studio.demo.predict_file("me", studio.job(), file, tmp_path / "nowhere" / "out.csv", SAY)


def test_upload_comes_back_in_its_own_format(studio: Studio, tmp_path: Path) -> None:
    job = studio.job()
    for name, ending in (("a.tsv", ".tsv"), ("b.txt", ".csv")):
        file = write_csv(tmp_path / name, [["text"], ["good"]])
        out = studio.demo.predict_file("me", job, file, None, SAY).path
        assert out.name == f"{file.stem}-answers{ending}"
        assert studio.settings.scratch / "downloads" in out.parents


def test_old_downloads_are_swept(studio: Studio, tmp_path: Path) -> None:
    job = studio.job()
    file = write_csv(tmp_path / "in.csv", [["text"], ["good"]])
    old = studio.demo.predict_file("me", job, file, None, SAY).path
    os.utime(old.parent, (0, 0))
    new = studio.demo.predict_file("me", job, file, None, SAY).path
    assert (old.exists(), new.exists()) == (False, True)


# media --------------------------------------------------------------------------------------------


@pytest.fixture(params=["mirror_picture", "mirror_sound"])
def media(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Studio]:
    with open_studio(tmp_path / "home", task=request.param) as opened:
        yield opened


@pytest.fixture
def speech(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(tmp_path / "home", task="mirror_speech") as opened:
        yield opened


def give(studio: Studio, content: bytes, name: str = "mine.png") -> Path:
    path = studio.demo.uploads.place("me", name)
    path.write_bytes(content)
    return path


def test_models_are_listed_by_kind_of_demo(media: Studio) -> None:
    job = media.job()
    kind = media.demo.kind("me", job)
    assert kind == ("image" if media.task == "mirror_picture" else "voice")
    assert [model.job_id for model in media.demo.models("me", kind)] == [job]
    assert media.demo.models("me", "text") == []


def test_job_without_model_has_a_kind(media: Studio) -> None:
    assert media.demo.kind("me", media.job(kinds=())) in ("image", "voice")
    with pytest.raises(NotFoundError, match="model_unknown"):
        media.demo.kind("me", new_id())


def test_look_names_the_rows_it_is_near_to(media: Studio) -> None:
    look = media.demo.look("me", media.job(), give(media, b"so good"))
    assert look.answer.line == "good"
    assert [(row.target, row.name) for row in look.nearest] == [
        ("bad", "train bad 0.png"),
        ("good", "train good 1.png"),
    ]
    assert (media.settings.datasets / media.dataset_id / "media" / look.nearest[0].file).is_file()


def test_strange_input_is_called_strange(media: Studio) -> None:
    job = media.job()
    looks = [media.demo.look("me", job, give(media, text)) for text in (b"good", b"neither")]
    assert [look.answer.is_strange for look in looks] == [False, True]


def test_unreadable_file_is_an_error_that_says_why(media: Studio) -> None:
    with pytest.raises(ModelError, match="picture_broken"):
        media.demo.look("me", media.job(), give(media, b"\xff"))


def test_many_files_give_a_table_and_keep_the_unreadable(media: Studio, tmp_path: Path) -> None:
    contents = {"a.png": b"good", "=b.png": b"\xff", "c.png": b"neither", "d.png": b"crash"}
    files = [NamedFile(name, give(media, content)) for name, content in contents.items()]
    seen: list[tuple[int, int]] = []
    out = tmp_path / "out.csv"
    answers = media.demo.answer_files(
        "me", media.job(), files, out, lambda said: said.key, lambda *at: seen.append(at)
    )
    assert [answer.problem is None for answer in answers] == [True, False, True, False]
    written = list(csv.reader(out.read_text("utf-8-sig").splitlines()))
    assert written[0] == ["file", "predicted", "certainty", "none_of_these", "problem"]
    assert written[1] == ["a.png", "good", "0.9", "no", ""]
    assert written[2] == ["'=b.png", "", "", "", "errors.picture_broken"]
    assert written[3][3] == "yes"
    assert written[4][4] == "errors.serving_crashed"
    assert seen[-1] == (4, 4)


def test_examples_are_files_of_test_rows(media: Studio) -> None:
    job = media.job()
    examples = media.demo.example_files("me", job, 4)
    assert [row.row_id for row in examples] == [
        "test bad 0",
        "test good 0",
        "test bad 1",
        "test good 1",
    ]
    row, path = media.demo.media_of("me", job, examples[1].row_id)
    assert row == examples[1]
    assert path.read_bytes().endswith(b"test good 0")
    with pytest.raises(NotFoundError, match="row_unknown"):
        media.demo.media_of("me", job, "../../etc/passwd")


def test_recordings_are_heard_in_order(speech: Studio, tmp_path: Path) -> None:
    job = speech.job()
    paths = [give(speech, content) for content in (b"yes no", b"\xff", b"no")]
    heard = speech.demo.answers("me", job, [str(path) for path in paths])
    assert [(one.text, one.certainty) for one in heard] == [("yes no", 0.75), ("", 0), ("no", 0.75)]
    files = [NamedFile("a.wav", paths[0]), NamedFile("b.wav", paths[1])]
    speech.demo.answer_files("me", job, files, tmp_path / "out.csv", lambda said: said.key)
    written = list(csv.reader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert written == [
        ["file", "transcript", "certainty", "problem"],
        ["a.wav", "yes no", "0.75", ""],
        ["b.wav", "", "", "errors.picture_broken"],
    ]


def test_folder_and_archive_give_the_same_files(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("b/照片.png", "a.png", ".hidden/x.png", "__MACOSX/a.png"):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(name.encode())
    packed = Path(shutil.make_archive(str(tmp_path / "in"), "zip", folder))
    for given in (folder, packed):
        with given_files(given, studio.settings) as files:
            read = {file.name: file.path.read_bytes().decode() for file in files}
        assert read == {"a.png": "a.png", "b/照片.png": "b/照片.png"}
    with given_files(folder / "a.png", studio.settings) as files:
        assert [file.name for file in files] == ["a.png"]
    assert not list(studio.settings.scratch.glob("demo-*"))
    (tmp_path / "speakers.csv").write_text("file,speaker\na.wav,ann\n", "utf-8")
    for name, key in (("x", "file_missing"), ("speakers.csv", "list_of_files")):
        with (
            pytest.raises(DatasetError, match=key),
            given_files(tmp_path / name, studio.settings),
        ):
            pass


# uploads ------------------------------------------------------------------------------------------


def test_upload_never_gets_a_persons_name(studio: Studio) -> None:
    uploads = studio.demo.uploads
    for name in ("../../x.png", "a/b\\c.PNG", "x.p\x00ng", "x." + "y" * 40):
        path = uploads.place("me", name)
        assert path.parent == studio.settings.scratch / "demo" / "me"
        assert path.suffix in ("", ".png")


def test_upload_is_found_by_its_owner_only(studio: Studio) -> None:
    path = give(studio, b"x")
    assert studio.demo.uploads.find("me", path.stem) == path
    for owner, name in (("somebody", path.stem), ("me", "*"), ("me", "../me"), ("me", new_id())):
        with pytest.raises(ModelError, match="upload_gone"):
            studio.demo.uploads.find(owner, name)


def test_uploads_are_swept_after_minutes(studio: Studio) -> None:
    old, new = give(studio, b"x"), give(studio, b"y")
    os.utime(old, (0, 0))
    studio.demo.uploads.sweep()
    assert (old.exists(), new.exists()) == (False, True)
    studio.demo.uploads.forget("me", new.stem)
    assert not new.exists()
