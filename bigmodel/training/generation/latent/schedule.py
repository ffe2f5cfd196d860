"""How noise is mixed into latents, and what the network says of it: read from the scheduler's settings, never guessed.

Noise prediction as in Ho et al. 2020, velocity as in Salimans and Ho 2022; losses weigh by min-SNR (Hang et al. 2023).
"""

import json
import warnings
from pathlib import Path
from typing import Any

from diffusers import DDPMScheduler, DPMSolverMultistepScheduler
from torch import Tensor

FILE = "scheduler_config.json"
NEEDED = (
    "num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "prediction_type",
    "rescale_betas_zero_snr", "timestep_spacing", "steps_offset",
)  # fmt: skip
MOST_SIGNAL = 5.0  # signal over noise, beyond which a moment counts no more


def read_schedule(folder: Path) -> dict[str, Any]:
    """Return what counts of the settings in a folder; how pictures are drawn is ours."""
    found = json.loads((folder / FILE).read_text("utf-8"))
    return {name: found[name] for name in NEEDED if found.get(name) is not None}


class Noising:
    """Mixes noise into latents and says what the network is to answer."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._mixer = DDPMScheduler(**settings)
        self.moments: int = self._mixer.config.num_train_timesteps
        self._is_velocity = self._mixer.config.prediction_type == "v_prediction"

    def mixed(self, latents: Tensor, noise: Tensor, moments: Tensor) -> Tensor:
        """Return latents with noise. latents, noise: (rows, channels, high, wide); moments: (rows,)."""
        found: Tensor = self._mixer.add_noise(latents, noise, moments)
        return found

    def wanted(self, latents: Tensor, noise: Tensor, moments: Tensor) -> Tensor:
        """Return what the network is to answer."""
        if not self._is_velocity:
            return noise
        found: Tensor = self._mixer.get_velocity(latents, noise, moments)
        return found

    def weights(self, moments: Tensor) -> Tensor:
        """Return how much the error at each moment counts, (rows,)."""
        kept: Tensor = self._mixer.alphas_cumprod[moments]
        signal = kept / (1 - kept)
        capped = signal.clamp(max=MOST_SIGNAL)
        found: Tensor = capped / (signal + 1 if self._is_velocity else signal.clamp(min=1e-8))
        return found


def solver(settings: dict[str, Any], steps: int) -> DPMSolverMultistepScheduler:
    """Return what takes noise off in so many steps (DPM-Solver++, Lu et al. 2022), without chance."""
    found = DPMSolverMultistepScheduler(**settings, algorithm_type="dpmsolver++")
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # it copies in a way that numpy 2 asks anew
        found.set_timesteps(steps)
    return found
