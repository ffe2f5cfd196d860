"""How like a made voice is to the person: GE2E of what was made and of natural recordings, both against the other recordings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bigmodel.base_models import wheels
from bigmodel.base_models.package import WEIGHTS
from bigmodel.training.speaker.takes import Ear
from bigmodel.training.synthesis.hearing import BASES, installation_of
from bigmodel.training.synthesis.library import VOICE_HZ, VoiceSound

ENCODER = "ge2e"
SHORTEST_S = 0.2  # of a sound that is compared
FEWEST = 2  # recordings: each is compared with the others


def find_ear(model: Path) -> Ear | None:
    """Return the voice encoder of the installation that a model belongs to; None where it was not fetched."""
    home = installation_of(model)
    files = wheels.find(home / BASES, ENCODER) if home else None
    if files is None:
        return None
    from bigmodel.training.speaker.ge2e import load_encoder  # noqa: PLC0415 - torch takes its time

    return load_encoder(files / WEIGHTS)


def likenesses(
    made: Sequence[VoiceSound], natural: Sequence[VoiceSound], ear: Ear
) -> dict[int, tuple[float, float]]:
    """Return, by place, the cosines of a made and of a natural sound with the mean of all other natural ones; of too few nothing."""
    least = SHORTEST_S * VOICE_HZ
    places = [at for at, pair in enumerate(zip(made, natural, strict=True)) if min(map(len, pair)) >= least]  # fmt: skip
    if len(places) < FEWEST:
        return {}
    mine = np.stack(ear.vectors([made[at] for at in places]))
    own = np.stack(ear.vectors([natural[at] for at in places]))
    others = own.sum(axis=0) - own  # (sounds, numbers)
    others /= np.maximum(np.linalg.norm(others, axis=1, keepdims=True), 1e-9)
    pairs = zip((mine * others).sum(axis=1), (own * others).sum(axis=1), strict=True)
    return {at: (float(a), float(b)) for at, (a, b) in zip(places, pairs, strict=True)}
