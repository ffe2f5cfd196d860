"""What the Data tab asks about pictures and sounds, what it does with the answer, and that names stay text."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from gradio.blocks import Block
from starlette.requests import Request

from bigmodel.core.clock import now
from bigmodel.core.datasets.card import DatasetCard
from bigmodel.core.datasets.checkup import Checkup
from bigmodel.core.datasets.dataset import NO_LABEL, Dataset, Recipe, Summary, Version
from bigmodel.core.datasets.name_class import NameClass
from bigmodel.core.errors import DatasetError
from bigmodel.core.labelling.class_names import ClassNames
from bigmodel.core.message import Message
from bigmodel.core.target import Chart
from bigmodel.services.datasets.last_look import LastLook
from bigmodel.services.datasets.uploads import COLLECT, FOLDER, Kind, UploadService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from pages.data import DataTab
from pages.shared.data import media_view
from pages.shared.data.intake import Import
from pages.shared.web.guard import guard
from tests.pages.one_tab import one_tab

BAD = "<img src=x onerror=window.BAD=1>"
MADE = Dataset(
    "d1",
    "local",
    "shapes",
    now(),
    Version(
        "d1",
        1,
        "",
        "",
        now(),
        Recipe("file", "class", medium="image", form="folders"),
        Summary(
            80,
            80,
            ("file", "class"),
            {BAD: 50, "star": 30},
            {"train": 70, "test": 10},
            (8, 60, 64, 90, 100, 128),
            medium="image",
            form="folders",
        ),
    ),
)


@dataclass(frozen=True)
class Item:
    file: str = "ab/" + "ab" * 32 + ".jpg"
    name: str = BAD
    label: str = BAD
    split: str = "train"
    width: int = 64
    height: int = 48
    seconds: float = 0.0
    envelope: tuple[int, ...] = ()


@dataclass
class Datasets:
    """Refuses with what it is given, until the person has answered."""

    refusals: list[DatasetError] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    pages: list[tuple[str | None, int]] = field(default_factory=list)

    def import_file(self, _owner: str, path: Path, **given: Any) -> Dataset:
        return self._take({"path": str(path), **given})

    def import_tray(self, _owner: str, tray: Any, **given: Any) -> Dataset:
        return self._take({"tray": tray.id, **given})

    def add_files(self, _owner: str, dataset_id: str, tray: Any, **given: Any) -> Dataset:
        return self._take({"add_to": dataset_id, "tray": tray.id, **given})

    def set_test_file(self, _owner: str, dataset_id: str, _path: Path, **given: Any) -> Dataset:
        return self._take({"test_of": dataset_id, **given})

    def row_classes(self, dataset: Dataset) -> Mapping[str, int]:
        return dataset.version.summary.classes

    def _take(self, given: dict[str, Any]) -> Dataset:
        given.pop("progress", None)
        self.asked.append(given)
        if self.refusals:
            raise self.refusals.pop(0)
        return MADE

    def all(self, _owner: str) -> list[Dataset]:
        return [MADE]

    def get(self, _owner: str, _dataset_id: str) -> Dataset:
        return MADE

    def label_of(self, dataset: Dataset) -> str:
        return dataset.version.recipe.target

    def most_inputs(self) -> int:
        return 1

    def chart(self, dataset: Dataset) -> Chart:
        return Chart(tuple(dataset.version.summary.classes.items()))

    def gallery(
        self, _owner: str, _id: str, *, label: str | None, limit: int, offset: int
    ) -> list[Item]:
        self.pages.append((label, offset))
        return [Item()] * min(limit, 80 - offset)


def request(language: str = "en") -> gr.Request:
    scope = {
        "type": "http",
        "state": {"owner": "local"},
        "headers": [(b"accept-language", language.encode())],
    }
    return gr.Request(request=Request(scope))


def quiet(*_: object, **__: object) -> None:
    """A progress bar nobody looks at."""


def unreadable() -> DatasetError:
    error = DatasetError("media_unreadable", count=2, kept=78)
    error.unreadable = (  # type: ignore[attr-defined, unused-ignore]
        (BAD, Message("errors.picture_broken")),
        ("empty.jpg", Message("errors.picture_empty")),
    )
    return error


def levels() -> DatasetError:
    error = DatasetError("media_level")
    error.levels = {1: ("indoor", "outdoor"), 2: (BAD, "dog")}  # type: ignore[attr-defined, unused-ignore]
    return error


@pytest.fixture
def datasets() -> Datasets:
    return Datasets()


@pytest.fixture
def tab(settings: Settings, datasets: Datasets) -> DataTab:
    services: Any = SimpleNamespace(
        settings=settings,
        words=load_words(),
        datasets=datasets,
        uploads=UploadService(settings),
        classes=SimpleNamespace(look=lambda *_: ClassNames(())),
        last_look=SimpleNamespace(look=lambda *_: LastLook(())),
        append=SimpleNamespace(behind=lambda *_: None, add_files=datasets.add_files),
        checkup=SimpleNamespace(look=lambda *_: Checkup(), bound=lambda *_: ()),
        suspects=SimpleNamespace(can_look=lambda _: False),
        splits=SimpleNamespace(
            choices=lambda _: (), look=lambda *_: (None, None), can_measure=lambda _: False
        ),
        similar=SimpleNamespace(encoder=lambda _: None),
        training=SimpleNamespace(
            tasks=list,
            unfit_for=lambda _, task: task if task not in ("", "image_enhancement") else "",
        ),
        filling=SimpleNamespace(columns=lambda *_: ()),
        cards=SimpleNamespace(told=lambda *_: [], get=lambda *_: DatasetCard()),
        annotated=SimpleNamespace(styles=lambda _: ()),
    )
    return one_tab(DataTab, services)


def upload(tab: DataTab, language: str = "en") -> dict[str, Any]:
    """Take a file and return the outputs by what they fill."""
    return named(tab, tab.intake.upload("/tmp/a.zip", "", request(language), progress=quiet))  # noqa: S108


def named(tab: DataTab, taken: Any) -> dict[str, Any]:
    """Return updates by the names of their components."""
    intake = tab.intake
    known = {**vars(intake.workbook), **vars(intake)}
    names = {value: name for name, value in known.items() if isinstance(value, Block)}
    names |= dict(
        zip(intake.below, ("columns", "names", "said", "body", "further", "also"), strict=True)
    )
    names |= {tab.ctx.dataset: "dataset", intake.paste.text: "box"}
    return {names[component]: value for component, value in taken.items()}


def tray_of(tab: DataTab, kind: Kind) -> str:
    trays: UploadService = tab.ctx.services.uploads
    return trays.open("local", kind, "mine").id


def sent(tray: str, *, add: bool = False) -> gr.EventData:
    return gr.EventData(None, {"tray": tray, "name": "mine", "add": add})


def test_unreadable_files_are_named_and_left_out_only_when_agreed(
    tab: DataTab, datasets: Datasets
) -> None:
    datasets.refusals = [unreadable()]
    asked = upload(tab)
    assert "empty.jpg" in asked["refused"].value
    assert "damaged or cut off" in asked["refused"].value
    assert "<img" not in asked["refused"].value
    assert asked["go_on"].value == "Leave these 2 out and go on"
    done = named(tab, tab.intake.agree(asked["pending"], None, request(), progress=quiet))
    assert done["dataset"] == "d1"
    assert [given["leave_out"] for given in datasets.asked] == [False, True]


def test_level_is_asked_with_its_classes(tab: DataTab, datasets: Datasets) -> None:
    datasets.refusals = [levels(), unreadable()]
    asked = upload(tab, "zh")
    assert [value for _, value in asked["level"].choices] == [1, 2]
    assert "indoor, outdoor" in asked["level"].choices[0][0]
    again = named(tab, tab.intake.agree(asked["pending"], 2, request(), progress=quiet))
    assert "empty.jpg" in again["refused"].value
    tab.intake.agree(again["pending"], None, request(), progress=quiet)
    assert [(given["level"], given["leave_out"]) for given in datasets.asked] == [
        (0, False),
        (2, False),
        (2, True),
    ]


def test_one_folder_may_be_taken_unsorted(tab: DataTab, datasets: Datasets) -> None:
    datasets.refusals = [DatasetError("one_folder", label="holiday")]
    asked = upload(tab)
    assert "holiday" in asked["refused"].value
    assert asked["go_on"].value == "Take the files unsorted"
    tab.intake.agree(asked["pending"], None, request(), progress=quiet)
    assert [given.get("label") for given in datasets.asked] == [None, NO_LABEL]


@pytest.mark.parametrize(
    ("answer", "told"), [("2", {"name_part": "2"}), (NO_LABEL, {"label": NO_LABEL})]
)
def test_class_in_names_is_asked_with_examples(
    tab: DataTab, datasets: Datasets, answer: str, told: dict[str, str]
) -> None:
    error = DatasetError("media_names", parts="", name="")
    words = (("george", 30), (BAD, 20))
    error.names = (NameClass("2", "0_george_3.wav", "george", words),)
    datasets.refusals = [error, unreadable()]
    asked = upload(tab)
    (shown, place), (_, none) = asked["level"].choices
    assert shown.startswith("word 2 of the name, as in 0_george_3.wav: george (30)")
    assert (place, none, asked["level"].value) == ("2", NO_LABEL, "2")
    again = named(tab, tab.intake.agree(asked["pending"], answer, request(), progress=quiet))
    tab.intake.agree(again["pending"], None, request(), progress=quiet)
    for given in datasets.asked[1:]:
        assert told.items() <= given.items()
    assert datasets.asked[-1]["leave_out"]


def test_columns_of_transcripts_are_mapped(tab: DataTab, datasets: Datasets) -> None:
    error = DatasetError("transcripts_columns", columns_found="clip, said")
    error.columns = ("clip", "said")
    datasets.refusals = [error, unreadable()]
    asked = upload(tab)
    assert asked["names"].label == "The file name is in"
    again = named(
        tab,
        tab.intake.use_columns(
            "", asked["pending"], "clip", "said", None, None, request(), progress=quiet
        ),
    )
    tab.intake.agree(again["pending"], None, request(), progress=quiet)
    assert [(given.get("text", ""), given["leave_out"]) for given in datasets.asked] == [
        ("", False),
        ("clip", False),
        ("clip", True),
    ]


def test_tray_goes_once_it_is_a_dataset(tab: DataTab) -> None:
    tray = tray_of(tab, COLLECT)
    tab.intake.take_tray("d1", "", sent(tray), request(), progress=quiet)
    assert tray_of(tab, COLLECT) != tray


def test_dataset_shown_grows_by_the_tray(tab: DataTab, datasets: Datasets) -> None:
    tray = tray_of(tab, COLLECT)
    tab.intake.take_tray("d1", "", sent(tray, add=True), request(), progress=quiet)
    assert datasets.asked == [{"add_to": "d1", "tray": tray, "leave_out": False}]
    with pytest.raises(gr.Error):
        guard(tab.ctx.services.words)(tab.intake.take_tray)(
            "", sent(tray_of(tab, COLLECT), add=True), request(), progress=quiet
        )


def test_own_test_archive_is_asked_about_too(tab: DataTab, datasets: Datasets) -> None:
    datasets.refusals = [levels(), unreadable()]
    asked = named(tab, tab.intake.take_test("d1", "/tmp/t.zip", request(), progress=quiet))  # noqa: S108
    again = named(tab, tab.intake.agree(asked["pending"], 2, request(), progress=quiet))
    tab.intake.agree(again["pending"], None, request(), progress=quiet)
    answered = [(given["level"], given["leave_out"]) for given in datasets.asked]
    assert answered == [(0, False), (2, False), (2, True)]
    assert {given["test_of"] for given in datasets.asked} == {"d1"}


def test_cancel_forgets_the_folder_and_keeps_what_was_gathered(tab: DataTab) -> None:
    folder, gathered = tray_of(tab, FOLDER), tray_of(tab, COLLECT)
    for tray in (folder, gathered):
        tab.intake.give_up(Import(tray=tray), request())
    assert tray_of(tab, FOLDER) != folder
    assert tray_of(tab, COLLECT) == gathered


def test_gallery_shows_every_class_and_no_markup(tab: DataTab) -> None:
    shown = tab.show("d1", request())
    values = [getattr(value, "value", value) for value in shown.values()]
    drawn = "".join(value for value in values if isinstance(value, str))
    assert "bm/media/d1/ab/" in drawn
    assert "&lt;img src=x" in drawn
    assert "<img src=x" not in drawn
    assert "60 to 90" in drawn
    assert "UTF" not in drawn


def test_transcripts_are_shown_whole_words_or_one(tab: DataTab) -> None:
    item = replace(Item(), seconds=0.5, envelope=(0,), label="red")
    drawn = media_view.group("", "1", [item], "d1", lambda key, **_: key)
    assert "<q>red</q>" in drawn
    assert "<q>" not in media_view.group("red", "1", [item], "d1", lambda key, **_: key)


def test_class_is_turned_page_by_page(tab: DataTab, datasets: Datasets) -> None:
    size = media_view.PAGE_ITEMS
    gallery = tab.gallery
    assert gallery.first("d1", BAD, "", 0, request())[gallery.offset] == 0
    assert gallery.on("d1", BAD, "", 0, request())[gallery.offset] == size
    # 50 of them: no third page
    assert gallery.on("d1", BAD, "", size, request())[gallery.offset] == size
    assert gallery.back("d1", BAD, "", 0, request())[gallery.offset] == 0
    assert datasets.pages[-1] == (BAD, 0)


def test_recording_has_a_wave_a_button_and_its_length(tab: DataTab) -> None:
    item = replace(Item(), seconds=1.25, envelope=(0, 50, 99), label="", file="ab/x.flac")
    drawn = media_view.group("say", "1", [item], "d1", lambda key, **args: f"{key} {args}")
    assert 'data-src="bm/media/d1/ab/x.flac"' in drawn
    assert "<svg" in drawn
    assert "1.2" in drawn


@pytest.mark.parametrize("envelope", [(), (0,), (99,) * 100])
def test_any_envelope_makes_a_drawing(envelope: tuple[int, ...]) -> None:
    assert media_view.wave(envelope).count("NaN") == 0


def test_what_a_file_is_for_is_told_once(tab: DataTab, datasets: Datasets) -> None:
    taken = tab.intake.upload("/tmp/a.zip", "image_enhancement", request(), progress=quiet)  # noqa: S108
    assert named(tab, taken)["task"] == ""
    upload(tab)
    assert [asked.get("task") for asked in datasets.asked] == ["image_enhancement", None]


@pytest.mark.parametrize(("task", "is_told"), [("image_enhancement", False), ("fusion", True)])
def test_data_that_is_not_for_what_was_said_is_told_so(
    tab: DataTab, monkeypatch: pytest.MonkeyPatch, task: str, is_told: bool
) -> None:
    told: list[str] = []
    monkeypatch.setattr(type(tab.ctx), "notice", lambda _ctx, _request, text: told.append(text))
    tab.intake.upload("/tmp/a.zip", task, request(), progress=quiet)  # noqa: S108
    assert any("cannot be used for" in text for text in told) == is_told
