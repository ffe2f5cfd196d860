"""How many words a recogniser gets wrong in noisy and in cleaned recordings, against what it hears in the clean ones; it never fetches one.

What it hears there stands for what was said, for such data has no texts. It needs torch where a recogniser is on the machine.
"""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from bigmodel.answers.enhanced import Enhanced
from bigmodel.data.media.audio import read_sound
from bigmodel.training.synthesis.hearing import Listener, find_listener, wrong_in
from bigmodel.training.synthesis.units import units_of

MOST_LISTENED = 12  # recordings, each three times: about half a minute of one processor
LETTERS = "word " * 60  # room for what may be said in a recording


def with_words(answers: Sequence[Enhanced], paths: Sequence[str], folder: Path) -> list[Enhanced]:
    """Return answers with words counted of some whose sounds were kept, evenly chosen; `paths` are the clean recordings."""
    made = list(answers)
    kept = [at for at, one in enumerate(made) if one.judged and one.cleaned]
    some = sorted({kept[n * len(kept) // MOST_LISTENED] for n in range(MOST_LISTENED)}) if kept else []  # fmt: skip
    found = find_listener(folder, "") if some else None
    if found is None:
        return made
    listener = Listener(*found, text=LETTERS, paths=[paths[at] for at in some])
    takes = [[made[at].clean, made[at].noisy, made[at].cleaned] for at in some]
    heard = listener.hear([read_sound(BytesIO(sound)) for each in takes for sound in each])
    for place, at in enumerate(some):
        made[at] = _counted(made[at], *heard[3 * place : 3 * place + 3])
    return made


def _counted(answer: Enhanced, clean: str, noisy: str, cleaned: str) -> Enhanced:
    """Return an answer with its words; nothing is counted where none is heard in the clean recording."""
    said = [unit.key for unit in units_of(clean)]
    if answer.judged is None or not said:
        return answer
    before, after = (wrong_in(clean, said, heard) for heard in (noisy, cleaned))
    told = replace(answer.judged, words=len(said), wrong_before=before, wrong=after)
    return replace(answer, judged=told)
