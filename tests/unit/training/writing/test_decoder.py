"""A small Transformer that writes: every character is counted once, whatever its context holds, and batches change nothing."""

import math

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from bigmodel.core.datasets.inputs import SEPARATOR
from bigmodel.training.writing.examples import Conversations, NextToken, Windows
from bigmodel.training.writing.pieces import learn_pieces
from bigmodel.training.writing.sampling import written_after
from bigmodel.training.writing.surprise import nats_of
from bigmodel.training.writing.tokens import banned_tokens, prompt_tokens, row_tokens, text_of

TEXTS = ["the cat sat on the mat\n\n“yes”", "猫坐在垫子上。", "a dog sat on a cat"] * 10
CHAT = SEPARATOR.join(["how far?", "ten miles", "and back?", "the same"])


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=300, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=16, tie_word_embeddings=True,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def test_every_text_comes_back_from_its_pieces() -> None:
    tokenizer = learn_pieces(TEXTS, 16, is_chat=False)
    for text in (*TEXTS[:3], "𝄞 unseen ✓"):
        tokens, counts = row_tokens(tokenizer, text)
        assert text_of(tokenizer, tokens[1:-1]) == text
        assert counts == [False, *[True] * (len(tokens) - 1)]


def test_half_a_letter_waits_for_its_rest() -> None:
    tokenizer = learn_pieces(["abc"] * 9, 16, is_chat=False)
    tokens = prompt_tokens(tokenizer, "a猫")[1:]
    assert [text_of(tokenizer, tokens[:count]) for count in range(1, 5)] == ["a", "a", "a", "a猫"]


def test_only_answers_of_conversations_are_learned() -> None:
    tokenizer = learn_pieces(["how far ten miles"] * 9, 64, is_chat=True)
    tokens, counts = row_tokens(tokenizer, CHAT)
    learned = [token for token, is_learned in zip(tokens, counts, strict=True) if is_learned]
    assert text_of(tokenizer, learned) == "ten miles\nthe same\n"
    batch = Conversations([(tokens, counts), (tokens[:9], counts[:9])], 64, 0).batch([0, 1], "cpu")
    assert int((batch.targets[0] != -100).sum()) == sum(counts)
    asked = prompt_tokens(tokenizer, SEPARATOR.join(["how far?"]))
    said = tokenizer.apply_chat_template(
        [{"role": "user", "content": "how far?"}], add_generation_prompt=True, return_dict=False
    )
    assert asked == said


def test_windows_hold_the_stream_and_move_with_the_epoch() -> None:
    windows = Windows(torch.arange(100).numpy(), 16)
    assert len(windows.lengths) == 6
    still = windows.batch([0, 5], "cpu")
    assert still.inputs["input_ids"][:, 0].tolist() == [0, 80]
    assert (still.targets - still.inputs["input_ids"]).unique().tolist() == [1]
    starts = {int(windows.batch([0], "cpu", epoch).inputs["input_ids"][0, 0]) for epoch in range(8)}
    assert len(starts) > 3


def test_every_token_counts_once_in_a_long_row(model: LlamaForCausalLM) -> None:
    row = list(torch.arange(10, 60))
    tokens = [int(token) for token in row]
    flat = LlamaForCausalLM(model.config)
    for parameter in flat.parameters():
        torch.nn.init.zeros_(parameter)  # every token is as likely as any other
    [nats] = nats_of(flat.eval(), [(tokens, [False, *[True] * 49])])
    assert nats == pytest.approx(49 * math.log(300), rel=1e-4)


def test_batch_writes_what_each_alone_does(model: LlamaForCausalLM) -> None:
    prompts = [[5, 6, 7], [8] * 9]
    how = {"most": 20, "end": 299, "is_chat": True, "temperature": 0.0, "seed": 0, "banned": [0]}
    together = written_after(model, prompts, **how)  # beyond the context of 16
    assert together == [written_after(model, [prompt], **how)[0] for prompt in prompts]
    assert len(together[0]) == 20


def test_outputs_that_stand_for_no_token_are_never_written(model: LlamaForCausalLM) -> None:
    tokenizer = learn_pieces(TEXTS, 16, is_chat=False)
    known, outputs = len(tokenizer), int(model.config.vocab_size)
    assert known < outputs
    banned = banned_tokens(tokenizer, outputs)
    assert {*range(known, outputs)} <= {*banned}
    assert {*banned_tokens(tokenizer)} == {one for one in banned if one < known}
    end = int(tokenizer.eos_token_id)
    how = {"most": 60, "end": end, "is_chat": False, "temperature": 1.5, "seed": 0}
    [written] = written_after(model, [[5, 6]], banned=banned, **how)
    [wild] = written_after(model, [[5, 6]], banned=[], **how)
    assert max(written) < known <= max(wild)


def test_bits_are_of_characters() -> None:
    goal = NextToken(2.0)
    measures = goal.measure([(math.log(16) * 3, 3)])
    assert measures["bits_per_character"] == pytest.approx(2.0)
