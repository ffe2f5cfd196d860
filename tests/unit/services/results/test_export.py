"""A downloaded model answers like the one here, in a folder of its own, and gives away nothing of its owner."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest
import torch

from bigmodel.core.datasets.card import DatasetCard
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import DatasetError, ModelError
from bigmodel.core.language import LANGUAGES
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import Predictor
from bigmodel.data.cleaning import clean_texts
from bigmodel.services.datasets.card import write_card
from bigmodel.services.results import onnx
from bigmodel.services.results.results import ResultService
from bigmodel.settings import Settings
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.pretrained import save_model
from bigmodel.training.text.scratch import make_scratch
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.trained import OWNER, Row, Training, start_training

ENGLISH = ["The soup was cold again", "lovely  meal,\tthank you", "Awful!", "a b", "good GOOD good"]
CHINESE = ["味道很好，送得也快", "太难吃了", "服务态度差 退款", "好", "好吃 好吃"]
STRANGE = ["", "   ", "\u0130stanbul \u00df", "x", "=1+1", "never seen ☃ 全新"]


class Silent:
    """A reporter that nobody listens to."""

    resume = None

    def __getattr__(self, name: str) -> object:
        return lambda *args, **more: None


def trained(settings: Settings, texts: list[str], targets: list[str], task: str) -> Training:
    """Return a training on these rows whose instant model is real; it was tried on the same rows."""
    pairs = list(zip(texts, targets, strict=True))
    rows: list[Row] = [(split, *pair) for split in ("train", "test") for pair in pairs]
    return start_training(settings, ScratchStore(), rows, task)


def add_instant(training: Training, texts: list[str], targets: list[str]) -> TrainedModel:
    task = get_task(training.job.task)
    labels = tuple(sorted(set(targets))) if task.answer == "label" else ()
    model = training.add_model("instant", [[0.5] * len(labels or "1")] * len(texts), labels)
    rows = Rows([str(i) for i in range(len(texts))], texts, targets)
    data = TaskData(rows, Rows(), Rows(), labels)
    folder = training.settings.home / model.folder
    load_engine(task).train_instant(data, task.params(), folder, Silent())  # type: ignore[arg-type]
    return model


def add_scratch(training: Training, texts: list[str], targets: list[str]) -> TrainedModel:
    """Report a real Transformer with random weights, as fine-tuning would leave it."""
    torch.manual_seed(0)
    labels = tuple(sorted(set(targets)))
    network, tokenizer = make_scratch(texts, outputs=len(labels), labels=labels, most_tokens=16)
    model = training.add_model("tuned", [[1.0] * len(labels)] * len(texts), labels, kept=True)
    network.config._name_or_path = str(training.settings.home)
    save_model(training.settings.home / model.folder, network, tokenizer, 16)
    return model


def unpacked(
    training: Training, model: TrainedModel, folder: Path, sort: Literal["model", "onnx"] = "model"
) -> Path:
    service = ResultService(training.settings, training.store, lambda *_: [])
    with zipfile.ZipFile(service.download(OWNER, model.id, sort)) as package:
        package.extractall(folder)
    return folder


def loaded(training: Training, model: TrainedModel) -> Predictor:
    return load_engine(get_task(model.task)).load(training.settings.home / model.folder)


def run_alone(folder: Path, texts: list[str]) -> list[dict[str, object]]:
    """Run the program of a package where nothing of this app can be imported."""
    environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    code = (
        "import sys, json; sys.path.insert(0, '.');"
        "import predict, runpy; assert not [name for name in sys.modules if 'bigmodel' in name];"
        "sys.argv = ['predict.py', '--json', '--', *json.loads(sys.stdin.read())];"
        "runpy.run_path('predict.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", code],
        cwd=folder,
        env=environment,
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_package_of_a_transformer_answers_alike(settings: Settings, tmp_path: Path) -> None:
    targets = ["bad", "good", "bad", "中立", "good"]
    training = trained(settings, CHINESE, targets, "text_classification")
    model = add_scratch(training, CHINESE, targets)
    folder = unpacked(training, model, tmp_path / "away")
    asked = [*CHINESE, *STRANGE, "很长" * 40]
    expected = loaded(training, model).answer(asked)
    for answer, scores in zip(run_alone(folder, asked), expected, strict=True):
        assert answer["probabilities"] == pytest.approx(scores.probabilities, abs=1e-5)
    configs = [path.read_text("utf-8") for path in folder.glob("*.json")]
    assert [text for text in configs if str(settings.home) in text] == []


@pytest.mark.slow
def test_package_as_onnx_answers_alike_without_torch(settings: Settings, tmp_path: Path) -> None:
    targets = ["bad", "good", "bad", "中立", "good"]
    training = trained(settings, CHINESE, targets, "text_classification")
    model = add_scratch(training, CHINESE, targets)
    folder = unpacked(training, model, tmp_path / "away", "onnx")
    assert not (folder / "model.safetensors").exists()
    pins = (folder / "requirements.txt").read_text("utf-8").split()
    assert {pin.split("==")[0] for pin in pins} == {"numpy", "onnxruntime", "tokenizers"}
    assert "model.onnx" in (folder / "README.md").read_text("utf-8")
    asked = [*CHINESE, *STRANGE, "很长" * 40]
    expected = loaded(training, model).answer(asked)
    for answer, scores in zip(run_alone(folder, asked), expected, strict=True):
        assert answer["probabilities"] == pytest.approx(scores.probabilities, abs=1e-5)


def test_child_that_ends_without_a_word_is_told_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found_by(*args: Any) -> None:
        args[-1].error = DatasetError("reader_broken").message

    monkeypatch.setattr(onnx, "found_by", found_by)
    targets = ["good", "bad", "bad", "good", "good"]
    training = trained(settings, CHINESE, targets, "text_classification")
    model = add_scratch(training, CHINESE, targets)
    with pytest.raises(ModelError, match="onnx_not_written"):
        ResultService(settings, training.store, lambda *_: []).download(OWNER, model.id, "onnx")
    assert list(settings.scratch.glob("onnx-*")) == []


def test_instant_models_are_no_networks(settings: Settings) -> None:
    targets = ["good", "bad", "bad", "good", "good"]
    training = trained(settings, CHINESE, targets, "text_classification")
    model = add_instant(training, CHINESE, targets)
    service = ResultService(settings, training.store, lambda *_: [])
    assert not service.has_onnx(model)
    with pytest.raises(ModelError, match="onnx_no_network"):
        service.download(OWNER, model.id, "onnx")


@pytest.mark.parametrize("texts", [ENGLISH, CHINESE], ids=["words", "characters"])
def test_package_answers_like_the_model(
    settings: Settings, tmp_path: Path, texts: list[str]
) -> None:
    targets = ["bad", "good", "bad", "中立", "good"]
    training = trained(settings, texts, targets, "text_classification")
    model = add_instant(training, texts, targets)
    asked = [*texts, *STRANGE]
    answers = run_alone(unpacked(training, model, tmp_path / "away"), asked)
    for answer, scores in zip(answers, loaded(training, model).answer(asked), strict=True):
        assert answer["probabilities"] == pytest.approx(scores.probabilities, abs=1e-5)


def test_package_cleans_texts_as_the_app_does(settings: Settings, tmp_path: Path) -> None:
    training = trained(
        settings, CHINESE, ["bad", "good", "bad", "中立", "good"], "text_classification"
    )
    model = add_instant(training, CHINESE, ["bad", "good", "bad", "中立", "good"])
    steps = ["html", "encoding", "unicode", "simplified", "mask", "repeats", "fill:0=很好"]
    card = settings.home / model.folder / "model.json"
    card.write_text(json.dumps({"cleaning": steps}))
    dirty = [
        "<p>味道很好，送得也快</p>",
        "服務態度差 退款",
        "太难吃了 13812345678",
        "caf\u00c3\u00a9  good",
        "",
    ]
    folder = unpacked(training, model, tmp_path / "away")
    answers = run_alone(folder, dirty)
    expected = loaded(training, model).answer(clean_texts(dirty, steps))
    for answer, scores in zip(answers, expected, strict=True):
        assert answer["probabilities"] == pytest.approx(scores.probabilities, abs=1e-5)
    needed = (folder / "requirements.txt").read_text("utf-8")
    assert {"ftfy", "opencc", "phonenumberslite"} <= {
        line.split("==")[0] for line in needed.split()
    }


def test_package_of_numbers_answers_alike(settings: Settings, tmp_path: Path) -> None:
    targets = ["1", "4.5", "0", "2", "5"]
    training = trained(settings, ENGLISH, targets, "text_regression")
    model = add_instant(training, ENGLISH, targets)
    asked = [*ENGLISH, *STRANGE]
    answers = run_alone(unpacked(training, model, tmp_path / "away"), asked)
    expected = [row.value for row in loaded(training, model).answer(asked)]
    assert [answer["value"] for answer in answers] == pytest.approx(expected, abs=1e-5)


def test_package_reads_a_file_for_people(settings: Settings, tmp_path: Path) -> None:
    targets = ["good", "bad", "bad", "good", "good"]
    training = trained(settings, CHINESE, targets, "text_classification")
    folder = unpacked(training, add_instant(training, CHINESE, targets), tmp_path / "away")
    (folder / "texts.txt").write_text("太难吃了\n好吃\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "predict.py", "--file", "texts.txt"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [(line[0], line[2]) for line in lines] == [("bad", "太难吃了"), ("good", "好吃")]


def test_package_gives_away_nothing(settings: Settings, tmp_path: Path) -> None:
    targets = ["bad", "good", "bad", "bad", "good"]
    training = trained(settings, ENGLISH, targets, "text_classification")
    folder = unpacked(training, add_instant(training, ENGLISH, targets), tmp_path / "away")
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "instant.json",
        "instant.safetensors",
        "labels.json",
        "predict.py",
        "requirements.txt",
        *(
            f"{language}-{name}.svg"
            for language in LANGUAGES
            for name in ("roc", "precision-recall")
        ),
    }
    private = [str(settings.home), "Own training", "Own data", OWNER, training.row_ids[0]]
    texts = [path.read_text("utf-8", errors="replace") for path in folder.iterdir()]
    assert [(name) for name in (*private, ENGLISH[0]) for text in texts if name in text] == []


def test_card_says_where_the_data_came_from(settings: Settings, tmp_path: Path) -> None:
    targets = ["bad", "good", "bad", "good", "good"]
    training = trained(settings, ENGLISH, targets, "text_classification")
    model = add_instant(training, ENGLISH, targets)
    before = (unpacked(training, model, tmp_path / "a") / "README.md").read_text("utf-8")
    assert "What the data is" not in before
    card = DatasetCard(origin="Our shop, in May.", consent="Everybody said yes.")
    folder = settings.datasets / training.job.dataset_id
    folder.mkdir(parents=True, exist_ok=True)
    write_card(folder, card)
    after = (unpacked(training, model, tmp_path / "b") / "README.md").read_text("utf-8")
    for text in ("## What the data is", "Our shop, in May.", "**同意情况**: Everybody said yes."):
        assert text in after


def test_card_says_rows_measures_and_limits(settings: Settings, tmp_path: Path) -> None:
    targets = ["bad", "good", "*b*", "bad", "good"]
    training = trained(settings, ENGLISH, targets, "text_classification")
    folder = unpacked(training, add_instant(training, ENGLISH, targets), tmp_path / "away")
    card = (folder / "README.md").read_text("utf-8")
    for part in (
        "5 rows to learn from",
        r"\*b\*",
        "| accuracy: share right | 20.0 % |",
        "## Limits",
        "## 局限",
    ):
        assert part in card
    assert "{" not in card


def test_package_is_written_once(settings: Settings) -> None:
    targets = ["bad", "good", "bad", "bad", "good"]
    training = trained(settings, ENGLISH, targets, "text_classification")
    model = add_instant(training, ENGLISH, targets)
    service = ResultService(settings, training.store, lambda *_: [])
    first = service.download(OWNER, model.id)
    written = first.stat().st_mtime_ns
    assert service.download(OWNER, model.id) == first
    assert first.stat().st_mtime_ns == written
    assert [path.name for path in first.parent.iterdir()] == ["model-instant.zip"]


def test_lost_files_are_named_so(settings: Settings) -> None:
    targets = ["bad", "good", "bad", "bad", "good"]
    training = trained(settings, ENGLISH, targets, "text_classification")
    model = training.add_model("instant", [[0.5, 0.5]] * 5, ("bad", "good"))
    with pytest.raises(ModelError) as raised:
        ResultService(settings, training.store, lambda *_: []).download(OWNER, model.id)
    assert raised.value.key == "model_files_missing"
