"""Fine-tuning: what stops it, what it keeps, and that its shortcuts change nothing they should not."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles
from bigmodel.training.loop.device import choose_precision
from bigmodel.training.loop.dropout import ByteDropout
from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.pretrained import load_base
from bigmodel.training.text import finetune
from bigmodel.training.text.compact_vocabulary import CompactVocabulary, can_compact
from bigmodel.training.text.scratch import train_tokenizer
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert

DATA = text_data("label")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> BaseFiles:
    return BaseFiles("tiny", "folder", write_tiny_bert(tmp_path_factory.mktemp("base") / "tiny"))


def train(base: BaseFiles, folder: Path, **settings: object) -> FakeReporter:
    report = FakeReporter(folder / "checkpoints")
    values = TextParams.model_validate({"batch_size": 8, "learning_rate": 1e-3} | settings)
    finetune.train_classifier(DATA, values, base, folder, report)
    return report


@pytest.mark.parametrize("is_missing", [True, False])
def test_base_that_its_config_does_not_suit_is_refused(is_missing: bool, tmp_path: Path) -> None:
    folder = write_tiny_bert(tmp_path / "tiny")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["num_hidden_layers"] += 1 if is_missing else -1
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(ModelError, match="base_cannot_be_loaded") as stop:
        load_base(BaseFiles("tiny", "folder", folder), outputs=2, labels=("a", "b"), has_gpu=False)
    assert "encoder.layer" in stop.value.args_of_words["reason"]


def test_pooler_that_a_base_came_without_hands_on_what_it_is_given(tmp_path: Path) -> None:
    folder = write_tiny_bert(tmp_path / "tiny")
    whole = load_file(folder / "model.safetensors")
    body = {name: tensor for name, tensor in whole.items() if "pooler" not in name}
    save_file(body, folder / "model.safetensors")
    model, _ = load_base(
        BaseFiles("tiny", "folder", folder), outputs=2, labels=("a", "b"), has_gpu=False
    )
    assert torch.equal(model.base_model.pooler.dense.weight, torch.eye(32))


def test_loss_that_is_no_number_names_learning_rate(tiny: BaseFiles, tmp_path: Path) -> None:
    data, report = text_data("number"), FakeReporter(tmp_path)
    wild = TextParams(learning_rate=1.0, clip_norm=0, optimizer="sgd", warmup_share=0.0, epochs=50)
    with pytest.raises(TrainingError, match="loss_not_finite") as stop:
        finetune.train_regressor(data, wild, tiny, tmp_path, report)
    assert stop.value.args_of_words["learning_rate"] == 1.0


def test_early_stopping_ends_before_last_epoch(tiny: BaseFiles, tmp_path: Path) -> None:
    report = train(tiny, tmp_path, learning_rate=1e-9, patience=2, epochs=50)
    assert "training.note.stopped_early" in report.notes
    assert max(report.steps) < 50 * 8


def test_time_budget_ends_training_with_model(tiny: BaseFiles, tmp_path: Path) -> None:
    report = train(tiny, tmp_path, budget_s=1, epochs=200, learning_rate=1e-5)
    assert "training.note.budget_is_used" in report.notes
    assert len(finetune.load_model(tmp_path).predict(["good soup"])[0]) == 2


def test_best_weights_are_the_ones_kept(tiny: BaseFiles, tmp_path: Path) -> None:
    report = train(tiny, tmp_path, epochs=6)
    scores = np.array(finetune.load_model(tmp_path).predict(DATA.validation.inputs))
    answers = [DATA.labels[best] for best in scores.argmax(axis=1)]
    accuracy = np.mean([a == b for a, b in zip(answers, DATA.validation.targets, strict=True)])
    by_f1 = dict(report.curves["validation/macro_f1"])
    best = max(by_f1, key=by_f1.__getitem__)
    assert accuracy == pytest.approx(dict(report.curves["validation/accuracy"])[best])


def test_saved_model_is_plain_transformers(tiny: BaseFiles, tmp_path: Path) -> None:
    train(tiny, tmp_path, epochs=1)
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path).eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    with torch.inference_mode():
        raw = model(**tokenizer(["good soup"], return_tensors="pt")).logits
    expected = finetune.load_model(tmp_path).predict(["good soup"])
    np.testing.assert_allclose(raw.softmax(dim=1).tolist(), expected, rtol=1e-4)
    assert model.config.id2label == {0: "bad", 1: "good"}
    assert model.get_input_embeddings().num_embeddings == model.config.vocab_size


def test_numbers_come_back_in_own_units(tiny: BaseFiles, tmp_path: Path) -> None:
    data = text_data("number")
    far = Rows(data.train.ids, data.train.inputs, [f"{9000 + int(t)}" for t in data.train.targets])
    settings = TextParams(epochs=1, learning_rate=1e-4)
    whole = TaskData(far, far, Rows())
    finetune.train_regressor(whole, settings, tiny, tmp_path, FakeReporter(tmp_path / "c"))
    values = np.array(finetune.load_model(tmp_path).predict(far.inputs))
    assert abs(values.mean() - 9010) < 5


def test_more_than_ten_labels_keep_their_order(tiny: BaseFiles, tmp_path: Path) -> None:
    labels = tuple(f"c{number:02}" for number in range(12))
    part = Rows([str(n) for n in range(24)], ["good soup"] * 24, list(labels) * 2)
    data = TaskData(part, part, Rows(), labels)
    finetune.train_classifier(
        data, TextParams(epochs=1), tiny, tmp_path, FakeReporter(tmp_path / "c")
    )
    assert finetune.load_model(tmp_path).labels == labels


def test_frozen_layers_keep_their_weights(tiny: BaseFiles, tmp_path: Path) -> None:
    train(tiny, tmp_path, frozen_layers=1, epochs=1)
    before, _ = load_base(tiny, outputs=2, labels=("a", "b"), has_gpu=False)
    after = dict(AutoModelForSequenceClassification.from_pretrained(tmp_path).named_parameters())
    changed = {n for n, p in before.named_parameters() if not torch.equal(p, after[n])}
    assert not any("embeddings" in name or "layer.0." in name for name in changed)
    assert any("layer.1." in name for name in changed)


def test_compact_vocabulary_restores_other_words(tiny: BaseFiles) -> None:
    model, _ = load_base(tiny, outputs=2, labels=("a", "b"), has_gpu=False)
    before = model.get_input_embeddings().weight.detach().clone()
    assert can_compact(model, 0)
    words = CompactVocabulary(model, [np.array([2, 9, 50, 3])], 0)
    assert model.get_input_embeddings().weight.shape == (5, 32)
    model.get_input_embeddings().weight.data.add_(1.0)
    words.restore(model)
    changed = (model.get_input_embeddings().weight != before).any(dim=1)
    assert changed.nonzero()[:, 0].tolist() == [0, 2, 3, 9, 50]


def test_byte_dropout_drops_its_share_and_keeps_mean() -> None:
    torch.manual_seed(0)
    found = ByteDropout(0.1).train()(torch.ones(200_001))
    assert float((found == 0).float().mean()) == pytest.approx(26 / 256, abs=0.005)
    assert float(found.mean()) == pytest.approx(1.0, abs=0.01)
    assert torch.equal(ByteDropout(0.1).eval()(torch.ones(3)), torch.ones(3))


def test_tokenizer_of_own_text_is_the_same_each_time() -> None:
    texts = ["今天的菜太咸了", "the soup was cold", "the waiter was kind"] * 20
    vocabularies = [train_tokenizer(texts, 64).get_vocab() for _ in range(3)]
    assert vocabularies[0] == vocabularies[1] == vocabularies[2]
    assert "咸" in vocabularies[0]


def test_fp16_without_gpu_says_so(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    report = FakeReporter(tmp_path)
    assert choose_precision("fp16", report) == "fp32"
    assert report.notes == ["training.note.fp16_needs_gpu"]


def test_base_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="base_cannot_be_loaded"):
        train(BaseFiles("empty", "folder", tmp_path), tmp_path / "model")
    with pytest.raises(ModelError, match="base_has_no_files"):
        train(BaseFiles("gone", "hub"), tmp_path / "model")
