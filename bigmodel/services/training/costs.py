"""What a base would cost on a dataset, and how its vocabulary reads the texts: rough figures that need no training."""

import os
from collections.abc import Sequence
from typing import Any

from bigmodel.core.datasets.dataset import Version
from bigmodel.core.errors import ParamsError
from bigmodel.core.model import Base
from bigmodel.core.task import PRESETS, Medium, Params, Task
from bigmodel.data.versions.gallery import preview
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.services.training.params import check_params
from bigmodel.services.training.recommendation import PRETRAINED, Candidate
from bigmodel.settings import Settings
from bigmodel.training.loop import cost_estimate
from bigmodel.training.ood import vocabulary_coverage
from bigmodel.training.ood.vocabulary_coverage import Coverage

SAMPLE_ROWS = 300  # texts on which the share of unknown tokens is measured


class Costs:
    """Candidates with their figures. Coverage is measured once for each version and base."""

    def __init__(self, settings: Settings, bases: BaseModelService) -> None:
        self._settings, self._bases = settings, bases
        self._read: dict[tuple[str, str], Coverage] = {}  # by version digest and base

    def candidate(self, base: Base, task: Task, version: Version) -> Candidate:
        """Return a base with what speaks for and against it on a dataset."""
        is_ready = self._bases.is_ready(base)
        minutes: dict[str, float] = {
            preset: self.minutes(base, check_params(task, self.preset(task, base, preset)), version)
            for preset in PRESETS
        }
        read = self._coverage(base, version) if is_ready else None
        if read is None:
            return Candidate(base, is_ready, minutes)
        return Candidate(base, is_ready, minutes, read.unknown, read.pieces_a_word)

    def minutes(self, base: Base, params: Params, version: Version) -> float:
        """Return how long a training takes, by a rule of thumb."""
        summary = version.summary
        rows = summary.split_rows.get("train", summary.usable_rows)
        length = float(summary.lengths[len(summary.lengths) // 2]) if summary.lengths else 0.0
        amount = cost_estimate.Amount(rows, length, Medium(summary.medium))
        return cost_estimate.minutes(
            base, params, amount, self._settings.threads or os.cpu_count() or 1
        )

    def preset(self, task: Task, base: Base, preset: str) -> dict[str, Any]:
        """Return the settings that a preset stands for with this base.

        Raises:
            ParamsError: `preset_unknown`.
        """
        if preset not in PRESETS:
            raise ParamsError("preset_unknown", preset=preset, known=", ".join(PRESETS))
        presets = base.presets or (
            self._bases.catalogue(task).imported_presets if base.kind in PRETRAINED else {}
        )
        return {**presets.get(preset, {}), "base": base.name}

    def _coverage(self, base: Base, version: Version) -> Coverage | None:
        """Return how the base's vocabulary reads this text, measured once a version."""
        if base.kind not in PRETRAINED or version.summary.medium != Medium.TEXT:
            return None
        key = (version.digest, base.name)
        if key not in self._read:
            folder = self._bases.folder(base)
            texts = self._sample(version)
            if folder is None or not texts or not vocabulary_coverage.is_there(folder):
                return None  # fusion's encoders of pictures and sounds stand among those of texts
            self._read[key] = vocabulary_coverage.coverage(folder, texts)
        return self._read[key]

    def _sample(self, version: Version) -> Sequence[str]:
        seen = preview(self._settings.home / version.folder, limit=SAMPLE_ROWS)
        if version.recipe.input not in seen.columns:
            return []
        column = seen.columns.index(version.recipe.input)
        return [row[column] for row in seen.rows if row[column]]
