"""Adapters on language models of any family: a fresh one changes nothing, a merged one answers as it was trained, and the base is still there."""

import json
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from bigmodel.base_models.check import check_folder
from bigmodel.base_models.config import LANGUAGE_FAMILIES
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.inputs import SEPARATOR
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Medium
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks
from bigmodel.training.writing import decoder
from bigmodel.training.writing.bases.lora import RECORD, WEIGHTS, adapt, load_untuned, merge
from bigmodel.training.writing.bases.manners import manner_of, prepare
from bigmodel.training.writing.recipe import WritingParams
from bigmodel.training.writing.tokens import banned_tokens, prompt_tokens, row_tokens, text_of
from tests.fakes.reporter import FakeReporter
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.tiny_bert import write_tiny_bert
from tests.fakes.tiny_language import CHATML as MARKS
from tests.fakes.tiny_language import LLAMA, write_tiny_language

IDS = torch.tensor([[5, 60, 70, 80, 90]])
ASKED, SAID = ("how far is the river?", "and winter?"), ("ten miles", "long")
TALK = SEPARATOR.join(text for pair in zip(ASKED, SAID, strict=True) for text in pair)


@pytest.mark.parametrize("family", LANGUAGE_FAMILIES)
def test_every_family_is_taken_and_adapted(family: str, tmp_path: Path) -> None:
    folder = write_tiny_language(tmp_path / "base", family)
    checked = check_folder(folder)
    assert (checked.family, checked.medium, checked.writes) == (family, Medium.TEXT, True)
    bare = AutoModelForCausalLM.from_pretrained(folder).eval()
    adapted, _ = adapt(BaseFiles("tiny", "folder", folder), 4, is_chat=True)
    adapted.eval()
    with torch.inference_mode():
        before = bare(input_ids=IDS).logits[0]
        fresh = adapted(IDS, torch.arange(5))
    assert torch.allclose(fresh, before, atol=1e-5), "what is new begins as nothing"
    with torch.no_grad():
        for part in adapted.state_dict().values():
            part.normal_(0, 0.2)
    with torch.inference_mode():
        trained = adapted(IDS, torch.arange(5))
        merged = merge(adapted, tmp_path).eval()
        untuned = load_untuned(tmp_path, merged)
        assert untuned is not None
        assert not torch.allclose(trained, before, atol=1e-2)
        assert torch.allclose(merged(input_ids=IDS).logits[0], trained, atol=1e-4)
        with untuned.speaking():
            assert torch.allclose(merged(input_ids=IDS).logits[0], before, atol=1e-4)
        assert torch.allclose(merged(input_ids=IDS).logits[0], trained, atol=1e-4)


@pytest.mark.filterwarnings("ignore::FutureWarning")  # peft asks Transformers by an old name
def test_adapter_loads_with_peft(tmp_path: Path) -> None:
    folder = write_tiny_language(tmp_path / "base")
    adapted, _ = adapt(BaseFiles("tiny", "folder", folder), 4, is_chat=True)
    with torch.no_grad():
        for part in adapted.state_dict().values():
            part.normal_(0, 0.2)
    merged = merge(adapted, tmp_path).eval()
    (tmp_path / WEIGHTS).rename(tmp_path / "adapter_model.safetensors")
    (tmp_path / RECORD).rename(tmp_path / "adapter_config.json")
    loaded = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(folder), tmp_path)
    with torch.inference_mode():
        found, wanted = (net(input_ids=IDS).logits for net in (loaded.eval(), merged))
    assert torch.allclose(found, wanted, atol=1e-4)
    assert json.loads((tmp_path / "adapter_config.json").read_text())["lora_alpha"] == 8


def test_only_adapters_go_into_checkpoints(tmp_path: Path) -> None:
    folder = write_tiny_language(tmp_path / "base")
    adapted, _ = adapt(BaseFiles("tiny", "folder", folder), 4, is_chat=True)
    assert all(".lora_" in name for name in adapted.state_dict())
    learned = sum(part.numel() for part in adapted.parameters() if part.requires_grad)
    assert learned == sum(part.numel() for part in adapted.state_dict().values())


def test_weights_that_lack_the_output_are_refused(tmp_path: Path) -> None:
    folder = write_tiny_language(tmp_path / "base")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(ModelError, match="base_cannot_be_loaded"):
        adapt(BaseFiles("tiny", "folder", folder), 4, is_chat=True)


@pytest.mark.parametrize("marks", [MARKS, LLAMA, ()], ids=["chatml", "llama", "plain"])
def test_turns_are_put_together_as_the_saved_template_does(
    marks: tuple[str, ...], tmp_path: Path
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(write_tiny_language(tmp_path, marks=marks))
    prepare(tokenizer, is_chat=True)
    roles = ("user", "assistant") * 2
    messages = [
        {"role": role, "content": text}
        for role, text in zip(roles, TALK.split(SEPARATOR), strict=True)
    ]
    tokens, counts = row_tokens(tokenizer, TALK)
    assert tokenizer.decode(tokens) == tokenizer.apply_chat_template(messages, tokenize=False)
    learned = [token for token, is_learned in zip(tokens, counts, strict=True) if is_learned]
    assert text_of(tokenizer, learned) == "ten miles\nlong\n", (
        "answers and their ends, nothing else"
    )
    asked = prompt_tokens(tokenizer, SEPARATOR.join(TALK.split(SEPARATOR)[:3]))
    assert asked == tokenizer.apply_chat_template(
        messages[:3], add_generation_prompt=True, return_dict=False
    )
    assert tokenizer.eos_token_id not in banned_tokens(tokenizer)
    assert set(banned_tokens(tokenizer)) == {
        token for token, mark in tokenizer.added_tokens_decoder.items() if mark.special
    } - {tokenizer.eos_token_id}


def test_family_of_a_base_shows_in_its_marks(tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(write_tiny_language(tmp_path))
    assert manner_of(tokenizer).answer == "<|im_end|>\n<|im_start|>assistant\n"
    prepare(tokenizer, is_chat=False)
    assert (tokenizer.eos_token, tokenizer.chat_template) == ("<|endoftext|>", None)


def test_tuned_model_tells_what_its_base_makes_of_a_row(tmp_path: Path) -> None:
    folder = write_tiny_language(tmp_path / "base")
    rows = [SEPARATOR.join([f"how far is mile {n}?", f"{n} miles of river"]) for n in range(40)]
    parts = (rows[:30], rows[30:35], rows[35:])
    data = TaskData(*(Rows(list(part), list(part), [""] * len(part)) for part in parts))
    params = WritingParams(base="tiny", epochs=3, learning_rate=1e-2, rank=4)
    (tmp_path / "model").mkdir()
    base = BaseFiles("tiny", "folder", folder)
    decoder.train(data, params, base, tmp_path / "model", FakeReporter(tmp_path / "c"))
    predictor = decoder.load_model(tmp_path / "model")
    measured, asked = predictor.answer([parts[2][0], "how far?"])
    assert measured.base, "side by side"
    assert not asked.base, "a question alone is only answered"
    of_base = dict(zip(("tokens", "base_bits"), measured.counts[-2:], strict=True))
    assert measured.counts[0] < of_base["base_bits"]
    *_, last = predictor.stream_by("how far?", {"base": 1.0, "length": 20})
    assert last.base
    *_, last = predictor.stream_by("how far?", {"length": 20})
    assert not last.base
    weights = load_file(tmp_path / "model" / WEIGHTS)
    assert all(".lora_" in name for name in weights)


def test_language_model_is_offered_where_texts_are_written_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.make_folders()
    bases = BaseModelService(settings, ScratchStore())
    base = bases.import_path("local", write_tiny_language(tmp_path / "talker", "qwen2"))
    assert base.writes
    for task in find_tasks().values():
        offered = [one.name for one in bases.all("local", task)]
        assert (base.name in offered) == (task.name == "text_generation")
    encoder = bases.import_path("local", write_tiny_bert(tmp_path / "reader"))
    assert not bases.is_for(encoder, "text_generation")
    assert bases.is_for(encoder, "text_classification")
