"""The page about a model: nothing of a row unless asked for, everything escaped, nothing loaded."""

import re
from html.parser import HTMLParser

import pytest

from bigmodel.services.results.results import ResultService
from bigmodel.services.sharing.model_page import ModelPageService
from bigmodel.settings import Settings
from bigmodel.words import load_words
from tests.fakes import trained
from tests.fakes.scratch_store import ScratchStore

LABELS = ("<b>bad</b>", "good")
ROWS: list[trained.Row] = [
    ("train", "secret training row", "good"),
    ("train", "another secret lesson", "<b>bad</b>"),
    ("test", "<script>alert('cold')</script> soup", "<b>bad</b>"),
    ("test", "warm private soup", "good"),
    ("test", "mixed private bread", "good"),
]
SCORES = [[0.8, 0.2], [0.1, 0.9], [0.7, 0.3]]
WORDS = load_words()


def show(training: trained.Training) -> ModelPageService:
    store = training.store
    results = ResultService(training.settings, store, lambda *_: [])
    return ModelPageService(training.settings, store, WORDS, results, store.models.get)


@pytest.fixture
def training(settings: Settings) -> trained.Training:
    return trained.start_training(settings, ScratchStore(), ROWS)


@pytest.fixture
def model(training: trained.Training) -> str:
    return training.add_model("instant", SCORES, LABELS, kept=True).id


class Loads(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "iframe", "object", "a", "base", "form"):
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (name == "src" and not str(value).startswith("data:")):
                self.found.append(f"{tag} {name}")


def texts_of_rows(page: str) -> list[str]:
    return [word for word in ("secret", "private", "cold", "soup") if word in page]


def test_page_says_sentence_matrix_and_limits(training: trained.Training, model: str) -> None:
    page = show(training).page(trained.OWNER, model, "en")
    assert "Of 100 new examples like these" in page
    assert len(re.findall(r'<td class="bm-number" style="--s:', page)) == 4
    assert page.count("<svg") == 2
    assert "It was tested on only 3 rows" in page
    assert "2 to learn from, 0 to choose with, 3 held out" in page


def test_no_row_is_in_a_page_unless_asked(training: trained.Training, model: str) -> None:
    assert texts_of_rows(show(training).page(trained.OWNER, model, "en")) == []


def test_examples_bring_tested_rows_and_no_learned_ones(
    training: trained.Training, model: str
) -> None:
    page = show(training).page(trained.OWNER, model, "en", examples=True)
    assert "warm private soup" in page
    assert "mixed private bread" in page
    assert "secret" not in page


def test_learned_rows_need_their_own_wish(training: trained.Training, model: str) -> None:
    page = show(training).page(trained.OWNER, model, "zh", training_rows=True)
    assert "secret training row" in page
    assert "private" not in page


def test_folded_rows_are_learned_rows_as_well(settings: Settings) -> None:
    training = trained.start_training(
        settings, ScratchStore(), [r for r in ROWS if r[0] == "train"]
    )
    model = training.add_model("instant", SCORES[:2], LABELS, kept=True, is_folded=True).id
    page = show(training).page(trained.OWNER, model, "en", examples=True)
    assert "secret" not in page


def test_page_runs_and_loads_nothing(training: trained.Training, model: str) -> None:
    page = show(training).page(trained.OWNER, model, "en", examples=True, training_rows=True)
    loads = Loads()
    loads.feed(page)
    assert loads.found == []
    assert "default-src 'none'" in page
    assert "&lt;script&gt;alert" in page
    assert "<b>bad" not in page


def test_numbers_get_a_figure_and_the_nearest_rows(settings: Settings) -> None:
    rows = [("train", "secret", "1"), ("test", "near", "2"), ("test", "far", "5")]
    training = trained.start_training(settings, ScratchStore(), rows, "text_regression")
    model = training.add_model("instant", [[2.1], [1.0]], (), kept=True).id
    page = show(training).page(trained.OWNER, model, "en", examples=True)
    assert page.count("<circle") == 2
    assert "Closest to the truth" in page


def test_transcripts_show_differences_only_when_asked(settings: Settings) -> None:
    rows = [
        ("train", "a.flac", "red"),
        ("test", "b.flac", "green door"),
        ("test", "c.flac", "blue"),
    ]
    training = trained.start_training(settings, ScratchStore(), rows, "speech_recognition")
    heard = ["green floor", "blue"]
    model = training.add_model("instant", [[0.5], [0.9]], (), kept=True, heard=heard).id
    quiet = show(training).page(trained.OWNER, model, "en")
    told = show(training).page(trained.OWNER, model, "en", examples=True)
    assert ("green" in quiet, "blue" in quiet) == (False, False)
    assert "<del>door</del><ins>floor</ins>" in told


def test_many_classes_list_their_confusions(settings: Settings) -> None:
    labels = tuple(f"class {n:02}" for n in range(30))
    rows = [
        ("train", "x", labels[0]),
        *(("test", f"t{n}", label) for n, label in enumerate(labels)),
    ]
    training = trained.start_training(settings, ScratchStore(), rows)
    scores = [[float(i == (n + 1) % 30) for i in range(30)] for n in range(30)]
    page = show(training).page(
        trained.OWNER, training.add_model("instant", scores, labels, kept=True).id, "en"
    )
    assert "a matrix is too wide" in page
    assert "--s:" not in page
