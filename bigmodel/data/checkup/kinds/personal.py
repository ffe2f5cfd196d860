"""Personal data in texts: e-mail, phone, Chinese ID, bank card, IBAN, IP; shown masked, never whole."""

from collections import Counter
from collections.abc import Iterator

from bigmodel.core.datasets.checkup import EXAMPLES, Example, Finding, Repair
from bigmodel.data.checkup.kinds import Kind
from bigmodel.data.checkup.rows import SHOWN, CheckedRows
from bigmodel.data.personal import find_personal, mask_personal

TOLD_EVERY = 5_000  # rows


def _find(rows: CheckedRows) -> Iterator[Finding]:
    kinds: Counter[str] = Counter()
    places: list[int] = []
    for at, text in enumerate(rows.inputs):
        if at % TOLD_EVERY == 0:
            rows.tell(at / len(rows.inputs))
        if found := find_personal(text):
            places.append(at)
            kinds.update({kind for _, _, kind in found})
    if not places:
        return
    shown = tuple(
        Example(mask_personal(rows.inputs[at])[:SHOWN], rows.targets[at])
        for at in places[:EXAMPLES]
    )
    args = {name: kinds[name] for name in ("email", "phone", "id", "card", "iban", "ip")}
    yield Finding("personal", 75, len(places), shown, args, Repair.CLEAN, steps=("mask",))


KIND = Kind(("text",), _find)
