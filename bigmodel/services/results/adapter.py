"""Trained models that are adapters on a base and can be taken along without it: which files those are, and who loads them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PICTURES = "latent.json"  # beside an adapter that makes pictures


@dataclass(frozen=True)
class Alone:
    """An adapter without its base, for the card: the key of its words, the name of the base, and how it is loaded."""

    words: str
    base: str
    loading: str


@dataclass(frozen=True)
class AdapterKind:
    """`files` are those beside a model, by the names that the library which loads them looks for.

    Of them `record` names the base; `also` go along where they are; `words` and `loading` are of the card.
    """

    files: Mapping[str, str]
    needs: Sequence[str]
    words: str
    loading: str
    record: str = ""
    also: Sequence[str] = field(default=())
    is_network: bool = True  # its model beside it is one network, that can leave torch

    def is_in(self, folder: Path) -> bool:
        """Tell whether the model in a folder is such an adapter."""
        return all((folder / name).is_file() for name in self.files)

    def alone(self, folder: Path, base: str) -> Alone:
        """Return what the card says of it without its base, with a prompt that it learned where it has such."""
        record = folder / PICTURES
        said = json.loads(record.read_text("utf-8")) if record.is_file() else {}
        prompt = str(said.get("prompt", "")).replace(
            "{class}", next(iter(said.get("labels", [])), "")
        )
        asked = json.dumps(prompt.strip(), ensure_ascii=False)
        return Alone(self.words, base, self.loading.replace("BASE", base).replace("PROMPT", asked))


KINDS = (
    AdapterKind(
        {"lora.safetensors": "adapter_model.safetensors", "lora.json": "adapter_config.json"},
        ("peft", "torch", "transformers", "safetensors"),
        "adapter",
        """```python
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = AutoModelForCausalLM.from_pretrained("BASE")
model = PeftModel.from_pretrained(base, ".")
tokenizer = AutoTokenizer.from_pretrained(".")
```
""",
        record="lora.json",
        also=("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"),
    ),
    AdapterKind(
        {"unet_lora.safetensors": "pytorch_lora_weights.safetensors"},
        ("diffusers", "peft", "torch", "transformers", "accelerate", "safetensors"),
        "adapter_pictures",
        """```python
from diffusers import StableDiffusionPipeline

pipeline = StableDiffusionPipeline.from_pretrained("BASE")
pipeline.load_lora_weights(".")
picture = pipeline(PROMPT, num_inference_steps=20).images[0]
```
""",
        is_network=False,
    ),
)


def adapter_of(folder: Path) -> AdapterKind | None:
    """Return which adapter a trained model is, if it is one."""
    return next((kind for kind in KINDS if kind.is_in(folder)), None)
