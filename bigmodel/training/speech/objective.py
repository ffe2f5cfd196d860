"""What a speech training strives for: the CTC loss of a batch, and word errors of held-out recordings, batch by batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from bigmodel.metrics.transcription import headline
from bigmodel.training.speech.beam_search import greedy
from bigmodel.training.speech.charset import BLANK, Charset

Output = tuple[Tensor, Tensor]  # logits (rows, steps, outputs), and the steps of each row


Spelled = Sequence[tuple[Sequence[int], str]]  # the letters of each row by number, and its text


@dataclass(frozen=True)
class EvalOutput:
    """What one batch of held-out rows gave: what was heard, what was said, and its loss."""

    heard: Sequence[str]
    said: Sequence[str]
    loss: float


class TranscriptObjective:
    """Held-out recordings are written down: the best weights make the fewest word errors."""

    def measure(self, looks: Sequence[EvalOutput]) -> dict[str, float]:
        """Return the measures of all batches together."""
        truth = [text for batch in looks for text in batch.said]
        found = headline(truth, [text for batch in looks for text in batch.heard])
        rows = sum(len(batch.heard) for batch in looks)
        loss = sum(batch.loss * len(batch.heard) for batch in looks) / max(1, rows)
        return {"loss": loss, "wer": found["wer"], "cer": found["cer"]}

    def score(self, measures: dict[str, float]) -> float:
        """Return the measure that chooses the best weights: word errors, then letters, then the loss."""
        return -measures["wer"] - 1e-2 * measures["cer"] - 1e-4 * measures["loss"]


class CtcObjective(TranscriptObjective):
    """Connectionist temporal classification (Graves et al. 2006): letters in order, wherever they stand."""

    labels: tuple[str, ...] = ()

    def __init__(self, alphabet: Charset) -> None:
        self.alphabet, self.outputs = alphabet, alphabet.outputs

    def loss(self, output: Output, targets: Spelled) -> Tensor:
        """Return the mean loss of a letter. A text that is longer than its recording has steps counts nothing."""
        logits, steps = output
        shares = logits.float().log_softmax(dim=-1).transpose(0, 1)  # (steps, rows, outputs)
        letters = torch.tensor([n for text, _ in targets for n in text], device=logits.device)
        lengths = torch.tensor([len(text) for text, _ in targets])
        total = functional.ctc_loss(
            shares, letters, steps.cpu(), lengths, blank=BLANK, reduction="sum", zero_infinity=True
        )
        return total / max(1, len(letters))

    def look(self, output: Output, targets: Spelled) -> EvalOutput:
        """Return what is heard in a batch of held-out rows, the greedy way."""
        logits, steps = output
        shares = logits.float().cpu().numpy()
        heard = [
            self.alphabet.decode(greedy(row[:count]))
            for row, count in zip(shares, steps.tolist(), strict=True)
        ]
        return EvalOutput(heard, [said for _, said in targets], float(self.loss(output, targets)))
