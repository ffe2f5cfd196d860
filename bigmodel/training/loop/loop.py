"""The training loop of every medium, short enough to read as a lesson; it never reads files of people or writes models.

It stops within one step when the reporter says so, keeps the best weights of the held-out rows, and goes on
from a checkpoint bit for bit on a processor: batches are a pure function of (seed, epoch), the learning rate
one of the step, and generator states are set after everything else is built.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from torch import Tensor, nn

from bigmodel.core.errors import TrainingError
from bigmodel.core.job import Wish
from bigmodel.core.task import Reporter, StopRequested
from bigmodel.training.loop import batches, checkpoint, seed
from bigmodel.training.loop.budget import FEW_STEPS, FP32_COST, SLOW_FIRST, Budget, rows_after
from bigmodel.training.loop.device import pass_in_fp32, seconds_of
from bigmodel.training.loop.ema import Ema
from bigmodel.training.loop.examples import Examples
from bigmodel.training.loop.objective import Objective
from bigmodel.training.loop.optimizer import Layered, make_optimizer
from bigmodel.training.loop.recipe import TunedParams
from bigmodel.training.loop.schedule import Schedule, learning_rate

log = logging.getLogger(__name__)

LOOK_ROWS = 64  # held-out rows that are looked at together


@dataclass
class Progress:
    """Where a training stands; all of it goes into a checkpoint."""

    step: int = 0
    checked: int = 0  # the last step after which the held-out rows were looked at
    best_step: int = 0
    best_score: float = -math.inf
    worse: int = 0  # looks since the best one
    seconds: float = 0.0  # of the whole job, as far as it came
    timed_steps: int = 0
    timed_s: float = 0.0
    scheduled: float = 0.0  # the share of the schedule that is over, where a time limit draws it
    pieces: int = 1  # that a batch is cut into, since it did not fit the GPU's memory whole
    losses: list[float] = field(default_factory=list)  # since the last point


class Training:
    """One training of one model: `run` leaves the best weights in it."""

    def __init__(
        self,
        model: nn.Module,
        accelerator: Accelerator,
        objective: Objective,
        params: TunedParams,
        *,
        train: Examples,
        validation: Examples,
        report: Reporter,
        fingerprint: str,
        look_rows: int = LOOK_ROWS,
        after_rows: int | None = None,
        checks_first: bool = False,
        after_check: Callable[[int], None] | None = None,
    ) -> None:
        """`after_rows` are read when the training is over, until the job is; None stands for a classifier's.

        `checks_first` measures the model before its first step: it stays if no step makes it better.
        `after_check` hears the step after each look at held-out rows; it must draw from no generator of torch.
        """
        self.objective, self.params = objective, params
        self.report, self.fingerprint = report, fingerprint
        self.train, self.validation, self.look_rows = train, validation, look_rows
        self.accelerator, self.after_check = accelerator, after_check
        self.bare = model
        optimizer = make_optimizer(model, params)
        self.model, self.optimizer = accelerator.prepare(model, optimizer)
        rows = len(train.lengths)
        self.schedule = Schedule(rows, params.batch_size, params.accumulation, params.epochs)
        self.ema = Ema(model, params.averaging) if params.averaging else None
        self.at = Progress(checked=-1 if checks_first else 0)
        self.budget = Budget(params.budget_s)
        held = len(validation.lengths)
        self._after_rows = rows_after(rows, held) if after_rows is None else after_rows
        self._fp32_cost = 1.0  # of an answer in 32 bits, in those of the numbers trained in
        self.best: dict[str, Tensor] = {}
        self._plan: tuple[int, list[list[int]]] = (-1, [])
        self._rows, self._began = 0, time.monotonic()  # for the speed of this attempt
        self._clock = self._step_began = time.monotonic()
        self._stepped = 0  # of this attempt
        self._saved_step = 0  # a checkpoint of nothing helps nobody

    def run(self) -> Progress:
        """Train to the end, or until stopped."""
        if self.report.resume:
            self._restore(*checkpoint.load(self.report.resume))
        self.at.seconds += self.report.spent_s
        self._clock = time.monotonic()
        try:
            if self.params.budget_s and len(self.validation.lengths):
                self._time_validation()
            self._go()
        except StopRequested as stop:
            if stop.wish == Wish.PAUSE:
                self._save()
            raise
        if self.best:
            self.bare.load_state_dict(self.best)
        elif self.ema:
            self.bare.load_state_dict(self.ema.weights)
        return self.at

    def _go(self) -> None:
        """Look, save, step; everything that a checkpoint holds changes only here and below."""
        while True:
            is_due = self.at.checked < 0 or self.schedule.is_check_due(self.at.step)
            if is_due and self.at.checked != self.at.step:
                self._check()
            if self._is_done():
                break
            if self._saved_step != self.at.step and self.report.is_checkpoint_due():
                self._save()
            self._step()
        if self.at.checked != self.at.step:
            self._check()
        if self._saved_step != self.at.step:
            self._save()  # where "train further" goes on from

    def _step(self) -> None:
        """Take one optimiser step, over one batch or several."""
        progress = self._progress()
        rate = learning_rate(self.params, progress)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group.get("scale", 1.0)
        self.model.train()
        if isinstance(self.bare, Layered):
            self.bare.thaw(progress)
        chosen = self._batches(self.at.step)
        count = sum(map(len, chosen))
        self._step_began = time.monotonic()
        loss = self._gradient(chosen, count)
        if not math.isfinite(loss):
            raise TrainingError(
                "loss_not_finite", step=self.at.step + 1, learning_rate=self.params.learning_rate
            )
        if self.params.clip_norm:
            self.accelerator.clip_grad_norm_(self.model.parameters(), self.params.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if self.ema:
            self.ema.follow(self.bare, self.at.step + 1)
        self._count(count, loss, rate)

    def _gradient(self, chosen: Sequence[list[int]], count: int) -> float:
        """Add the gradients of a step's batches; where the GPU has no room, cut them and begin this step again."""
        while True:
            try:
                pieces = [piece for rows in chosen for piece in batches.cut(rows, self.at.pieces)]
                return math.fsum(self._learn(piece, len(piece) / count) for piece in pieces)
            except torch.OutOfMemoryError as error:
                if self.at.pieces >= max(map(len, chosen)):
                    raise TrainingError("gpu_memory_short") from error
            self._cut_smaller()

    def _learn(self, rows: Sequence[int], share: float) -> float:
        """Add the gradient of one batch, weighted by its share of the step; return its part of the loss."""
        epoch = self.at.step // self.schedule.steps_an_epoch
        batch = self.train.batch(rows, self.accelerator.device, epoch)
        raw = _answer(self.model(**batch.inputs))  # computed in bf16 inside where that is faster
        loss = self.objective.loss(raw, batch.targets) * share
        self.accelerator.backward(loss)
        return float(loss.detach())

    def _cut_smaller(self) -> None:
        """Let a batch be done in twice as many pieces from now on; steps and curves stay what they are."""
        self.optimizer.zero_grad(set_to_none=True)
        torch.cuda.empty_cache()
        self.at.pieces *= 2
        size = max(1, self.params.batch_size // self.at.pieces)
        times = self.params.accumulation * self.at.pieces
        self.report.note("training.note.batch_cut", "warning", batch=size, accumulation=times)

    def _spend(self) -> None:
        """Count the time since the last call."""
        now = time.monotonic()
        self.at.seconds += now - self._clock
        self._clock = now

    def _planned_steps(self) -> float:
        """Return how many steps this training will have, as far as can be told now."""
        return self.budget.planned_steps(
            step=self.at.step,
            steps=self.schedule.steps,
            spent_s=self.at.seconds,
            step_s=self._step_s,
            between=self.schedule.check_every,
        )

    @property
    def _step_s(self) -> float:
        return self.at.timed_s / self.at.timed_steps if self.at.timed_steps else 0.0

    def _time_validation(self) -> None:
        """Time one batch of validation rows, so that the rest of the job is forecast from the first step on."""
        every = batches.by_length(self.validation.lengths, self.look_rows)
        middle = [every[len(every) // 2]]
        look_s = seconds_of(lambda: list(self._looks(middle)))
        if self.accelerator.mixed_precision == "bf16":
            batch = self.validation.batch(middle[0], self.accelerator.device)
            plain_s = seconds_of(lambda: pass_in_fp32(self.bare, batch.inputs))
            self._fp32_cost = min(FP32_COST, max(1.0, plain_s / look_s))
        self._forecast(look_s / len(middle[0]))

    def _forecast(self, row_s: float) -> None:
        """Reckon validation and what follows training from the seconds that one row takes; measuring takes no less than it took before."""
        self.budget.validation_s = row_s * len(self.validation.lengths)
        answering_s = row_s * self._fp32_cost * self._after_rows
        self.budget.after_s = max(answering_s, self.report.measured_s)

    def _count(self, rows: int, loss: float, rate: float) -> None:
        """Move on by one step, add points of the curves, and let the reporter stop the training."""
        now = time.monotonic()
        self.at.step += 1
        self._stepped += 1
        if self._stepped > SLOW_FIRST:
            self.at.timed_steps += 1
            self.at.timed_s += now - self._step_began
        self._spend()
        if self.params.budget_s:
            self.at.scheduled = max(self.at.scheduled, self.at.step / self._planned_steps())
        self._rows += rows
        self.at.losses.append(loss)
        if self.at.step % self.schedule.point_every == 0:
            mean = math.fsum(self.at.losses) / len(self.at.losses)
            self.report.points(self.at.step, {"train/loss": mean, "train/learning_rate": rate})
            self.at.losses.clear()
        self._say("train")

    def _check(self) -> None:
        """Measure the held-out rows and keep the weights if they are the best so far."""
        step = self.at.step
        if len(self.validation.lengths) == 0:
            self.at.checked = step
            return
        began = time.monotonic()
        with self.ema.put_into(self.bare) if self.ema else nullcontext():
            rows = batches.by_length(self.validation.lengths, self.look_rows)
            measures = self.objective.measure(list(self._looks(rows)))
            if self.after_check:
                self.after_check(step)
        self._forecast((time.monotonic() - began) / len(self.validation.lengths))
        self._spend()
        self.report.points(step, {f"validation/{name}": value for name, value in measures.items()})
        score = self.objective.score(measures)
        if not math.isfinite(score):
            raise TrainingError(
                "loss_not_finite", step=step, learning_rate=self.params.learning_rate
            )
        if score > self.at.best_score:
            self.at.best_score, self.at.best_step, self.at.worse = score, step, 0
            weights = self.ema.weights if self.ema else self.bare.state_dict()
            self.best = {k: v.detach().cpu().clone() for k, v in weights.items()}
        else:
            self.at.worse += 1
        self.at.checked = step

    def _looks(self, chosen: Sequence[list[int]]) -> Iterator[Any]:
        """Yield what the goal sees in each batch of held-out rows, in smaller ones where the GPU has no room."""
        self.model.eval()
        for rows in chosen:
            pieces = [rows]
            while pieces:
                self._say("evaluate")
                try:
                    yield self._look(pieces[0])
                except torch.OutOfMemoryError as error:
                    if len(pieces[0]) == 1:
                        raise TrainingError("gpu_memory_short") from error
                    torch.cuda.empty_cache()
                    pieces[:1] = batches.cut(pieces[0], 2)
                else:
                    pieces.pop(0)

    def _look(self, rows: Sequence[int]) -> Any:
        with torch.inference_mode():
            batch = self.validation.batch(rows, self.accelerator.device)
            return self.objective.look(_answer(self.model(**batch.inputs)), batch.targets)

    def _is_done(self) -> bool:
        if self.at.step >= self.schedule.steps:
            return True
        if self.params.budget_s and self._planned_steps() < self.at.step + 0.5:
            self._end_by_budget()
            return True
        if self.params.patience and self.at.worse >= self.params.patience:
            self.report.note("training.note.stopped_early", step=self.at.best_step)
            return True
        return False

    def _end_by_budget(self) -> None:
        self.report.note("training.note.budget_is_used", seconds=self.params.budget_s)
        if self.at.step < FEW_STEPS:
            self.report.note("training.note.budget_is_short", "warning", steps=self.at.step)

    def _progress(self) -> float:
        """Return the share of the schedule that is over: by steps, and under a time limit by those that fit it."""
        if self.params.budget_s:
            return min(1.0, self.at.scheduled)
        return self.at.step / self.schedule.steps

    def _batches(self, step: int) -> list[list[int]]:
        """Return the batches of a step."""
        epoch, within = divmod(step, self.schedule.steps_an_epoch)
        if self._plan[0] != epoch:
            lengths, size = self.train.lengths, self.params.batch_size
            self._plan = (
                epoch,
                batches.plan(lengths, batch_size=size, seed=self.params.seed, epoch=epoch),
            )
        start = within * self.params.accumulation
        return self._plan[1][start : start + self.params.accumulation]

    def _say(self, phase: str) -> None:
        speed = self._rows / max(1e-9, time.monotonic() - self._began)
        self.report.step(
            phase=phase,
            step=self.at.step,
            steps=self.schedule.steps,
            epoch=self.at.step / self.schedule.steps_an_epoch,
            epochs=self.params.epochs,
            examples_per_s=speed,
            left_s=self._left_s(),
        )

    def _left_s(self) -> float | None:
        """Return how long the job goes on, with validation and all that follows the last step."""
        if not self._step_s:
            return None
        steps = max(0.0, self._planned_steps() - self.at.step)
        looks = 1 + steps / self.schedule.check_every
        return steps * self._step_s + looks * self.budget.validation_s + self.budget.after_s

    def _save(self) -> None:
        """Write a checkpoint of this step."""
        tensors = {
            **checkpoint.with_prefix("model.", self.bare.state_dict()),
            **checkpoint.with_prefix("best.", self.best),
            **checkpoint.with_prefix("average.", self.ema.weights if self.ema else {}),
            **checkpoint.optimizer_tensors(self.optimizer),
            **seed.generator_states(),
        }
        scaler = self.accelerator.scaler
        state = {
            "v": 1,
            "fingerprint": self.fingerprint,
            "progress": asdict(self.at),
            "steps": self.schedule.steps,
            "groups": self.optimizer.state_dict()["param_groups"],
            "scaler": scaler.state_dict() if scaler else None,
            "threads": torch.get_num_threads(),
            "precision": self.accelerator.mixed_precision,
        }
        checkpoint.save(self.report.checkpoint_folder(self.at.step), tensors, state)
        self.report.checkpoint(self.at.step)
        self._saved_step = self.at.step

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
        if self.ema:
            self.ema.take(checkpoint.without_prefix("average.", tensors))
        self.at = Progress(**state["progress"])
        self._saved_step = self.at.step
        if state["steps"] != self.schedule.steps:  # trained further: patience counts anew
            self.at.worse = 0
        seed.set_generator_states(tensors)
        log.info("going on after step %d", self.at.step)


def _answer(output: Any) -> Any:
    """Return what a model answers: Transformers wraps it."""
    return getattr(output, "logits", output)
