"""Which steps of cleaning there are for a medium, and which of a dataset's a model asks its inputs to go through."""

from collections.abc import Mapping, Sequence

from bigmodel.core.errors import DatasetError
from bigmodel.core.target import TargetKind
from bigmodel.core.task import Medium
from bigmodel.data import cleaning
from bigmodel.data.picture_steps import PICTURE_STEPS
from bigmodel.data.sound_steps import LONGEST_PIECE_S, PIECES, SHORTEST_PIECE_S, SOUND_STEPS

STEPS: Mapping[str, Sequence[str]] = {
    Medium.TEXT: tuple(cleaning.STEPS),
    Medium.IMAGE: PICTURE_STEPS,
    Medium.AUDIO: SOUND_STEPS,
}


def in_order(steps: Sequence[str], medium: str) -> tuple[str, ...]:
    """Return steps as they run, each once.

    Raises:
        DatasetError: `clean_step`, for one that there is not; `clean_pieces`, for pieces of no length.
    """
    known = STEPS[medium]
    for step in steps:
        name, _, argument = step.partition(":")
        if name not in known:
            raise DatasetError("clean_step", step=step, known=", ".join(known))
        if name == PIECES and not _is_length(argument):
            raise DatasetError("clean_pieces", least=SHORTEST_PIECE_S, most=LONGEST_PIECE_S)
    return tuple(
        sorted(dict.fromkeys(steps), key=lambda step: list(known).index(step.partition(":")[0]))
    )


def _is_length(seconds: str) -> bool:
    try:
        return SHORTEST_PIECE_S <= float(seconds) <= LONGEST_PIECE_S
    except ValueError:
        return False


def asked_steps(medium: str, kind: TargetKind, steps: Sequence[str]) -> tuple[str, ...]:
    """Return the steps that inputs of a model go through before it answers.

    What is made of somebody's own picture or recording (a sharper one, a clearer one) is made of the whole of it; a voice reads texts.
    """
    if medium == Medium.TEXT:
        return tuple(steps)
    if kind.is_file or kind.is_turned or not kind.is_given:
        return ()
    return tuple(step for step in steps if step.partition(":")[0] in STEPS[medium])
