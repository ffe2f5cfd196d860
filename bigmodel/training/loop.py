"""The training loop of text models, short enough to read as a lesson; it never reads files of people or writes models.

It stops within one step when the reporter says so, keeps the best weights of the held-out rows, and goes on
from a checkpoint bit for bit on a processor: batches are a pure function of (seed, epoch), the learning rate
one of the step, and generator states are set after everything else is built.
"""

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from torch import Tensor
from transformers import PreTrainedModel

from bigmodel.core.errors import TrainingError
from bigmodel.core.job import Wish
from bigmodel.core.task import Reporter, StopRequested
from bigmodel.training import batches, checkpoint, seed
from bigmodel.training.encode import Encoded
from bigmodel.training.goal import Goal
from bigmodel.training.optimizer import make_optimizer
from bigmodel.training.pace import Pace, learning_rate
from bigmodel.training.recipe import TextParams

log = logging.getLogger(__name__)

CHECKPOINT_S = 60.0
CHECK_BATCH = 64


@dataclass(frozen=True)
class Part:
    """Encoded texts with their targets, in step."""

    texts: Encoded
    targets: Tensor

    def __len__(self) -> int:
        return len(self.targets)


@dataclass
class Progress:
    """Where a training stands; all of it goes into a checkpoint."""

    step: int = 0
    checked: int = 0  # the last step after which the held-out rows were looked at
    best_step: int = 0
    best_score: float = -math.inf
    worse: int = 0  # looks since the best one
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)  # since the last point


class Training:
    """One training of one model: `run` leaves the best weights in it."""

    def __init__(
        self,
        model: PreTrainedModel,
        accelerator: Accelerator,
        goal: Goal,
        params: TextParams,
        *,
        train: Part,
        validation: Part,
        report: Reporter,
        fingerprint: str,
    ) -> None:
        self.goal, self.params, self.report, self.fingerprint = goal, params, report, fingerprint
        self.train_part, self.validation = train, validation
        self.accelerator = accelerator
        self.bare = model
        optimizer = make_optimizer(model, params)
        self.model, self.optimizer = accelerator.prepare(model, optimizer)
        self.pace = Pace(len(train), params.batch_size, params.accumulation, params.epochs)
        self.at = Progress()
        self.best: dict[str, Tensor] = {}
        self._plan: tuple[int, list[list[int]]] = (-1, [])
        self._rows, self._began = 0, time.monotonic()  # for the speed of this attempt
        self._clock = self._saved = time.monotonic()

    def run(self) -> Progress:
        """Train to the end, or until stopped."""
        if self.report.resume:
            self._restore(*checkpoint.load_newest(self.report.resume))
        try:
            self._go()
        except StopRequested as stop:
            if stop.wish == Wish.PAUSE:
                self._save()
            raise
        if self.best:
            self.bare.load_state_dict(self.best)
        return self.at

    def _go(self) -> None:
        """Look, save, step; everything that a checkpoint holds changes only here and below."""
        while True:
            if self.pace.is_check_due(self.at.step) and self.at.checked != self.at.step:
                self._check()
            if self._is_done():
                break
            if time.monotonic() - self._saved >= CHECKPOINT_S:
                self._save()
            self._step()
        if self.at.checked != self.at.step:
            self._check()

    def _step(self) -> None:
        """Take one optimiser step, over one batch or several."""
        progress = self._progress()
        rate = learning_rate(self.params, progress)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.model.train()
        chosen = self._batches(self.at.step)
        count = sum(map(len, chosen))
        loss = math.fsum(self._learn(rows, len(rows) / count) for rows in chosen)
        if not math.isfinite(loss):
            raise TrainingError(
                "loss_not_finite", step=self.at.step + 1, learning_rate=self.params.learning_rate
            )
        if self.params.clip_norm:
            self.accelerator.clip_grad_norm_(self.model.parameters(), self.params.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._count(count, loss, rate)

    def _learn(self, rows: list[int], share: float) -> float:
        """Add the gradient of one batch, weighted by its share of the step; return its part of the loss."""
        inputs = self.train_part.texts.batch(rows, self.accelerator.device)
        targets = self.train_part.targets[rows].to(self.accelerator.device)
        raw = self.model(
            **inputs
        ).logits  # Accelerate computes in bf16 inside, and answers in 32 bits
        loss = self.goal.loss(raw.float(), targets) * share
        self.accelerator.backward(loss)
        return float(loss.detach())

    def _count(self, rows: int, loss: float, rate: float) -> None:
        """Move on by one step, add points of the curves, and let the reporter stop the training."""
        now = time.monotonic()
        self.at.step += 1
        self.at.seconds += now - self._clock
        self._clock = now
        self._rows += rows
        self.at.losses.append(loss)
        if self.at.step % self.pace.point_every == 0:
            mean = math.fsum(self.at.losses) / len(self.at.losses)
            self.report.points(self.at.step, {"train/loss": mean, "train/learning_rate": rate})
            self.at.losses.clear()
        self._say("train")

    def _check(self) -> None:
        """Measure the held-out rows and keep the weights if they are the best so far."""
        step = self.at.step
        if len(self.validation) == 0:
            self.at.checked = step
            return
        measures = self.goal.measure(self._answers(), self.validation.targets)
        self.report.points(step, {f"validation/{name}": value for name, value in measures.items()})
        score = self.goal.score(measures)
        if not math.isfinite(score):
            raise TrainingError(
                "loss_not_finite", step=step, learning_rate=self.params.learning_rate
            )
        if score > self.at.best_score:
            self.at.best_score, self.at.best_step, self.at.worse = score, step, 0
            self.best = {k: v.detach().cpu().clone() for k, v in self.bare.state_dict().items()}
        else:
            self.at.worse += 1
        self.at.checked = step

    def _answers(self) -> Tensor:
        """Return the raw answers for the held-out rows, (rows, outputs), on the processor."""
        self.model.eval()
        texts = self.validation.texts
        raw = torch.empty(len(self.validation), self.goal.outputs)
        with torch.inference_mode():
            for rows in batches.by_length(texts.lengths, CHECK_BATCH):
                self._say("evaluate")
                answer = self.model(**texts.batch(rows, self.accelerator.device)).logits
                raw[rows] = answer.float().cpu()
        return raw

    def _is_done(self) -> bool:
        if self.at.step >= self.pace.steps:
            return True
        if self.params.budget_s and self.at.seconds >= self.params.budget_s:
            self.report.note("training.note.budget_is_used", seconds=self.params.budget_s)
            return True
        if self.params.patience and self.at.worse >= self.params.patience:
            self.report.note("training.note.stopped_early", step=self.at.best_step)
            return True
        return False

    def _progress(self) -> float:
        """Return the share of the training that is over, by steps or by the time budget."""
        share = self.at.step / self.pace.steps
        budget = self.params.budget_s
        return max(share, min(1.0, self.at.seconds / budget)) if budget else share

    def _batches(self, step: int) -> list[list[int]]:
        """Return the batches of a step."""
        epoch, within = divmod(step, self.pace.steps_an_epoch)
        if self._plan[0] != epoch:
            lengths, size = self.train_part.texts.lengths, self.params.batch_size
            self._plan = (
                epoch,
                batches.plan(lengths, batch_size=size, seed=self.params.seed, epoch=epoch),
            )
        start = within * self.params.accumulation
        return self._plan[1][start : start + self.params.accumulation]

    def _say(self, phase: str) -> None:
        speed = self._rows / max(1e-9, time.monotonic() - self._began)
        progress = self._progress()
        left = self.at.seconds * (1 - progress) / progress if progress > 0.01 else None
        self.report.step(
            phase=phase,
            step=self.at.step,
            steps=self.pace.steps,
            epoch=self.at.step / self.pace.steps_an_epoch,
            epochs=self.params.epochs,
            examples_per_s=speed,
            left_s=left,
        )

    def _save(self) -> None:
        """Write a checkpoint of this step."""
        tensors = {
            **checkpoint.with_prefix("model.", self.bare.state_dict()),
            **checkpoint.with_prefix("best.", self.best),
            **checkpoint.optimizer_tensors(self.optimizer),
            **seed.generator_states(),
        }
        scaler = self.accelerator.scaler
        state = {
            "v": 1,
            "fingerprint": self.fingerprint,
            "progress": asdict(self.at),
            "groups": self.optimizer.state_dict()["param_groups"],
            "scaler": scaler.state_dict() if scaler else None,
            "threads": torch.get_num_threads(),
        }
        checkpoint.save(self.report.checkpoint_folder(self.at.step), tensors, state)
        self.report.checkpoint(self.at.step)
        self._saved = time.monotonic()

    def _restore(self, tensors: dict[str, Tensor], state: Mapping[str, Any]) -> None:
        """Go back to a checkpoint; generator states come last, because building draws from them."""
        if state["fingerprint"] != self.fingerprint:
            raise TrainingError("checkpoint_of_another_training")
        torch.set_num_threads(state["threads"])
        self.bare.load_state_dict(checkpoint.without_prefix("model.", tensors))
        self.best = checkpoint.without_prefix("best.", tensors)
        checkpoint.set_optimizer(self.optimizer, tensors, state["groups"])
        if self.accelerator.scaler and state["scaler"]:
            self.accelerator.scaler.load_state_dict(state["scaler"])
        self.at = Progress(**state["progress"])
        seed.set_generator_states(tensors)
        log.info("going on after step %d", self.at.step)
