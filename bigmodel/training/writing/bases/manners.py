"""How turns of a conversation are put together for models of different families; it goes along with a downloaded model.

A base's own template is never run: it is a program of somebody else. Its family shows in the marks that its
vocabulary holds; a base without any gets plain words.
"""

import json
from dataclasses import dataclass
from typing import Any

Tokenizer = Any  # of Transformers
PERSON_MARK, ANSWER_MARK, END_MARK = "<|person|>", "<|answer|>", "<|end|>"
MARKS = (PERSON_MARK, "<|im_start|>", "<|start_header_id|>")  # ours; of Qwen, SmolLM2; of LLaMA
DOCUMENT_END = "<|endoftext|>"  # between texts, in the vocabularies of GPT-2 and many after it


@dataclass(frozen=True)
class Manner:
    """What stands before a person's turn, between it and the answer, and what ends the answer and follows its end."""

    person: str
    answer: str
    end: str
    after: str = ""

    @property
    def template(self) -> str:
        """It as a template of Transformers, for programs that ask the model with messages."""
        person, answer, end = (
            json.dumps(text, ensure_ascii=False)
            for text in (self.person, self.answer, self.end + self.after)
        )
        return (
            "{% for message in messages %}"
            f"{{% if message['role'] == 'user' %}}{{{{ {person} + message['content'] }}}}"
            f"{{% elif message['role'] == 'assistant' %}}{{{{ {answer} + message['content'] + {end} }}}}"
            f"{{% endif %}}{{% endfor %}}{{% if add_generation_prompt %}}{{{{ {answer} }}}}{{% endif %}}"
        )


def known_manners() -> dict[str, Manner]:
    """Return the manners of families, by the mark that such a vocabulary holds; the first is ours."""
    chatml = Manner("<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>", "\n")
    llama = Manner(  # from Llama 3 on
        "<|start_header_id|>user<|end_header_id|>\n\n",
        "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        "<|eot_id|>",
    )
    return dict(
        zip(MARKS, (Manner(PERSON_MARK, ANSWER_MARK, END_MARK), chatml, llama), strict=True)
    )


def manner_of(tokenizer: Tokenizer) -> Manner:
    """Return how the family of a tokenizer puts turns together, in plain words where it has no marks for that."""
    known = tokenizer.get_added_vocab()
    found = next((manner for mark, manner in known_manners().items() if mark in known), None)
    return found or Manner("User:\n", "\nAssistant:\n", tokenizer.eos_token, "\n")


def prepare(tokenizer: Tokenizer, *, is_chat: bool) -> None:
    """Let a base's tokenizer end what the base is to learn: answers, or running texts."""
    if is_chat:
        manner = manner_of(tokenizer)
        tokenizer.eos_token = manner.end
    elif DOCUMENT_END in tokenizer.get_vocab():
        tokenizer.eos_token = DOCUMENT_END
    tokenizer.chat_template = manner.template if is_chat else None
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
