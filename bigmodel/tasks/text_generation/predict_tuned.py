"""Writes with the Transformer beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py "how a text begins, or a question"
    python predict.py --temperature 0.5 --length 100 --seed 7 "how a text begins"
    python predict.py --file texts.txt --json > written.jsonl

`--file` holds one text a line, in UTF-8; the length is in pieces of words. Or in Python: `Model().write(["a text"])`;
`transformers.pipeline("text-generation", model=".")` loads it as well.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from bigmodel.training.pretrained import SAFELY
from bigmodel.training.standalone.texts import cleaned
from bigmodel.training.standalone.writings import SEED, TEMPERATURE, answer_writings, drawn_writing
from bigmodel.training.writing.sampling import written_after
from bigmodel.training.writing.tokens import banned_tokens, is_chatty, prompt_tokens, text_of

PIECES = 48


class Model:
    """A decoder that writes."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(__file__).resolve().parent
        self._tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
        net = AutoModelForCausalLM.from_pretrained(self._folder, **SAFELY, dtype="float32")
        self._net = net.eval()  # type: ignore[no-untyped-call]

    def show(self, text: str) -> str:
        """Return what is written after a text, or answered to it, as HTML."""
        return drawn_writing(self.write([text])[0])

    def write(
        self,
        texts: Sequence[str],
        *,
        temperature: float = TEMPERATURE,
        length: int = PIECES,
        seed: int = SEED,
    ) -> list[str]:
        """Return what comes after each text, or is answered to it; `length` is in pieces of words."""
        found = []
        with torch.inference_mode():
            for text in cleaned(texts, self._folder):
                [tokens] = written_after(
                    self._net,
                    [prompt_tokens(self._tokenizer, text)],
                    most=length,
                    end=int(self._tokenizer.eos_token_id),
                    is_chat=is_chatty(self._tokenizer),
                    temperature=temperature,
                    seed=seed,
                    banned=banned_tokens(self._tokenizer, self._net.config.vocab_size),
                )
                found.append(text_of(self._tokenizer, tokens))
        return found


if __name__ == "__main__":
    answer_writings(Model, "Write with this model.")
