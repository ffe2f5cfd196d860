"""A large vocabulary is cut to what the texts use: they are read as before, others in smaller pieces."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from bigmodel.core.task import BaseFiles
from bigmodel.training.loop.recipe import TextParams
from bigmodel.training.pretrained import load_base
from bigmodel.training.standalone import tuned
from bigmodel.training.text import finetune, prune_vocabulary
from bigmodel.training.text.prune_vocabulary import (
    changed_share,
    is_prunable,
    prefix_for,
    prune,
    with_prefix,
)
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert
from tests.fakes.tiny_e5 import write_tiny_e5

DATA = text_data("label")


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune_vocabulary, "LARGE", 50)
    monkeypatch.setattr(prune_vocabulary, "LEAST_MARGIN", 2)


@pytest.fixture
def base(tmp_path: Path) -> BaseFiles:
    return BaseFiles("e5", "wheel", write_tiny_e5(tmp_path / "base"))


def loaded(base: BaseFiles):  # type: ignore[no-untyped-def]  # a model and its tokenizer
    return load_base(base, outputs=2, labels=("a", "b"), has_gpu=False)


def hidden(model, tokenizer, texts: list[str]) -> torch.Tensor:  # type: ignore[no-untyped-def]
    read = tokenizer(texts, return_tensors="pt", padding=True, return_token_type_ids=False)
    with torch.inference_mode():
        return model.eval()(**read).logits


def test_texts_that_were_there_are_read_as_before(base: BaseFiles) -> None:
    model, tokenizer = loaded(base)
    texts = ["今天 味道", "the soup"]
    before = hidden(model, tokenizer, texts)
    assert is_prunable(model, tokenizer)
    pruned = prune(model, tokenizer, texts)
    assert len(pruned) < len(tokenizer)
    assert model.get_input_embeddings().num_embeddings == len(pruned) == model.config.vocab_size
    torch.testing.assert_close(hidden(model, pruned, texts), before)
    assert changed_share(tokenizer, pruned, texts) == 0


def test_unseen_text_falls_back_to_letters_and_is_counted(base: BaseFiles) -> None:
    model, tokenizer = loaded(base)
    pruned = prune(model, tokenizer, ["今天太咸"])
    assert pruned.tokenize("服务") != tokenizer.tokenize("服务") or "服务" in pruned.get_vocab()
    assert pruned.unk_token_id not in pruned("味道")["input_ids"]  # letters of a script stay
    assert pruned.unk_token_id in pruned("абв")["input_ids"]  # another script is not read
    assert changed_share(tokenizer, pruned, ["今天", "абв"]) == 0.5


def test_prefix_is_put_by_the_tokenizer_itself(base: BaseFiles) -> None:
    _, tokenizer = loaded(base)
    assert [prefix_for(name) for name in ("e5", "intfloat/multilingual-e5-small", "minilm")] == [
        "query: ",
        "query: ",
        "",
    ]
    assert with_prefix(tokenizer, "") is tokenizer
    assert with_prefix(tokenizer, "query: ").tokenize("soup") == tokenizer.tokenize("query: soup")


def test_plain_vocabularies_are_left_alone(tmp_path: Path) -> None:
    model, tokenizer = loaded(BaseFiles("tiny", "folder", write_tiny_bert(tmp_path / "tiny")))
    assert not is_prunable(model, tokenizer)


def test_trained_model_is_small_and_answers_everywhere_alike(
    base: BaseFiles, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    report = FakeReporter(tmp_path / "checkpoints")
    params = TextParams(epochs=1, batch_size=8, learning_rate=1e-3)
    finetune.train_classifier(DATA, params, base, folder, report)
    assert "training.note.vocabulary_pruned" in report.notes
    texts = [*DATA.test.inputs[:4], "味道 абв", ""]
    expected = finetune.load_model(folder).predict(texts)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    assert model.config.vocab_size == len(tokenizer) < 64
    assert tokenizer.convert_ids_to_tokens(tokenizer("soup")["input_ids"])[1] == "▁query"
    found = hidden(model, tokenizer, texts[:5]).softmax(dim=1)
    np.testing.assert_allclose(found.tolist(), expected[:5], rtol=1e-3)
    (folder / "labels.json").write_text('["bad", "good"]', "utf-8")
    np.testing.assert_allclose(tuned.Model(folder).predict(texts), expected, rtol=1e-4)


def test_text_of_an_unread_script_is_told(base: BaseFiles, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    params = TextParams(epochs=1, batch_size=8)
    finetune.train_classifier(DATA, params, base, folder, FakeReporter(tmp_path / "c"))
    predictor = finetune.load_model(folder)
    told = [one.unreadable for one in predictor.explain(["ᚠᚢᚦ ᚱᚲ ᚠᚢ", "good soup"])]
    assert told[0]
    assert not told[1]
