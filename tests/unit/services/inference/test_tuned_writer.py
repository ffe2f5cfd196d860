"""From a table of questions and answers to a base that is tuned on it, stands beside itself, and is taken along whole or as an adapter."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from peft import PeftModel
from rich.console import Console
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

from bigmodel.commands import predict
from bigmodel.commands.parser import Grammar
from bigmodel.commands.terminal import Terminal
from bigmodel.core.errors import ModelError
from bigmodel.core.model import TrainedModel
from bigmodel.core.task import BaseFiles
from bigmodel.services.panels import answer_html
from bigmodel.words import load_words
from tests.fakes.instant_attempt import Made, instant_attempt
from tests.fakes.tiny_language import write_tiny_language
from tests.fakes.workshop import OWNER

WORDS = load_words()
IDS = torch.tensor([[5, 60, 70, 80, 90]])


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseFiles:
    folder = write_tiny_language(tmp_path_factory.mktemp("base") / "tiny")
    return BaseFiles("tiny", "folder", folder)


@pytest.fixture(scope="module")
def made(base: BaseFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    place = tmp_path_factory.mktemp("tuned")
    rows = [f"where is parcel {n}?,it left us on day {n} of the winter" for n in range(120)]
    table = place / "desk.csv"
    table.write_text("\n".join(["question,answer", *rows]), "utf-8")
    with instant_attempt(place, table, base, epochs=3, learning_rate=1e-2) as found:
        yield found


@pytest.fixture
def tuned(made: Made) -> TrainedModel:
    return next(m for m in made.results.models(OWNER, made.job) if m.kind == "tuned")


def test_base_stands_beside_the_tuned_model_in_results(made: Made, tuned: TrainedModel) -> None:
    found = made.results.results(OWNER, made.job, tuned.id)
    assert list(found.beside) == ["instant", "base", "letters"]
    mine, its = (side["token_perplexity"].value for side in (found.measures, found.beside["base"]))
    assert mine < its
    assert any(remark.key.endswith("base_writing_lower") for remark in found.remarks)
    rows, _ = made.results.wrong(OWNER, made.job, model_id=tuned.id)
    say = lambda key, **args: WORDS.text("en", key, **args)  # noqa: E731
    assert all(row.view and 'data-testid="base"' in answer_html(row.view, say) for row in rows)


def test_base_answers_after_the_tuned_model_where_that_is_asked_for(
    made: Made, tuned: TrainedModel
) -> None:
    def last(**dials: float) -> tuple[str, str]:
        *_, whole = made.demo.grow(OWNER, tuned.id, "where is parcel 7?", {"length": 20, **dials})
        return whole.answer.text, whole.answer.base

    alone, beside = last(), last(base=1)
    assert alone == (beside[0], "")
    assert beside[1]


def test_base_is_asked_for_on_the_command_line(made: Made, tuned: TrainedModel) -> None:
    def asked(*options: str, is_json: bool = False) -> str:
        out = io.StringIO()
        plain: dict[str, Any] = {"width": 200, "markup": False}
        terminal = Terminal(WORDS, "en", is_json, Console(file=out, **plain), Console(file=io.StringIO()))  # fmt: skip
        how = ("predict", tuned.id, "where is parcel 7?", "--dial", "length=20", *options)
        args = Grammar(WORDS, "en").build().parse_args(how)
        services: Any = SimpleNamespace(inference=made.demo)
        predict.run(args, services, terminal)
        return out.getvalue()

    [alone] = json.loads(asked(is_json=True))["predictions"]
    [both] = json.loads(asked("--base", is_json=True))["predictions"]
    assert both["base"]
    assert alone == {name: value for name, value in both.items() if name != "base"}
    assert WORDS.text("en", "cli.headings.its_base") in asked("--base")
    with pytest.raises(ModelError) as raised:
        asked("--dial", "guidance=2")
    assert raised.value.key == "dial_unknown"


def test_model_taken_along_is_one_that_any_program_loads(
    made: Made, tuned: TrainedModel, tmp_path: Path
) -> None:
    with zipfile.ZipFile(made.results.download(OWNER, tuned.id)) as package:
        assert not any("lora" in name or "adapter" in name for name in package.namelist())
        package.extractall(tmp_path)
    writer = pipeline("text-generation", model=str(tmp_path), device="cpu")
    talk = [{"role": "user", "content": "where is parcel 7?"}]
    [said] = writer(talk, max_new_tokens=8)
    assert said["generated_text"][-1]["role"] == "assistant"


@pytest.mark.filterwarnings("ignore::FutureWarning")  # peft asks Transformers by an old name
def test_adapter_is_taken_along_without_its_base(
    made: Made, tuned: TrainedModel, base: BaseFiles, tmp_path: Path
) -> None:
    assert made.results.has_adapter(tuned)
    for kind, name in (("whole", "model"), ("alone", "adapter")):
        with zipfile.ZipFile(made.results.download(OWNER, tuned.id, name)) as package:
            package.extractall(tmp_path / kind)
    alone, whole = tmp_path / "alone", tmp_path / "whole"
    assert not (alone / "model.safetensors").exists()
    assert json.loads((alone / "adapter_config.json").read_text())["base_model_name_or_path"]
    assert "PeftModel.from_pretrained" in (alone / "README.md").read_text()
    assert AutoTokenizer.from_pretrained(alone).chat_template
    net = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base.folder), alone)
    merged = AutoModelForCausalLM.from_pretrained(whole)
    with torch.inference_mode():
        found, wanted = (each.eval()(input_ids=IDS).logits for each in (net, merged))
    assert torch.allclose(found, wanted, atol=1e-4)


def test_base_learns_to_answer_in_chinese(base: BaseFiles, tmp_path: Path) -> None:
    rows = [f"包裹{n}号在哪里？,包裹{n}号在冬天的第{n}天离开了。" for n in range(120)]
    table = tmp_path / "服务.csv"
    table.write_text("\n".join(["问题,回答", *rows]), "utf-8")
    with instant_attempt(tmp_path, table, base, epochs=3, learning_rate=1e-2) as made:
        model = next(m for m in made.results.models(OWNER, made.job) if m.kind == "tuned")
        found = made.results.results(OWNER, made.job, model.id)
        mine, its = (side["token_perplexity"].value for side in (found.measures, found.beside["base"]))  # fmt: skip
        assert mine < 0.8 * its
        parts = list(made.demo.grow(OWNER, model.id, "包裹7号在哪里？", {"length": 30}))
        assert len(parts) > 2  # letter by letter, whatever so small a model has to say
        assert parts[-1].answer.text
