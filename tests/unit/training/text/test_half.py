"""A model that answers pieces in bf16 says the same, and is as it was where that is not faster."""

import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering

from bigmodel.training.text import half
from bigmodel.training.text.half import OneAtATime


@pytest.mark.parametrize("is_faster", [True, False])
def test_bf16_is_taken_where_it_is_faster_and_agrees(
    monkeypatch: pytest.MonkeyPatch, *, is_faster: bool
) -> None:
    monkeypatch.setattr(half, "has_fast_bf16", lambda: True)
    monkeypatch.setattr(half, "is_large", lambda _: True)
    turns = iter([0.0, 2.0, *[0.0, 2.0] * 2, *[0.0, 1.0 if is_faster else 3.0] * 3])
    monkeypatch.setattr(half.time, "process_time", lambda: next(turns))
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    model = BertForQuestionAnswering(BertConfig(vocab_size=99, intermediate_size=64, **sizes))
    model.eval()
    ids = torch.arange(1, 31)
    with torch.inference_mode():
        said = model(input_ids=ids[None])
    whole = torch.stack([said.start_logits, said.end_logits], dim=-1)[0]
    alone = OneAtATime(model, model.qa_outputs)
    assert alone.is_half is is_faster
    found = alone.scores(ids)
    assert found.dtype == torch.float32
    other = ids.flip(0)
    torch.testing.assert_close(
        alone.parts(torch.stack([ids, other])), torch.stack([found, alone.scores(other)])
    )
    assert float((found - whole).abs().max()) < (0.05 * float(whole.std()) if is_faster else 1e-5)
