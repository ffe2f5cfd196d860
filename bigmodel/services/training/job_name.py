"""A readable name for a new job that no other job of its owner has."""

from itertools import count

from bigmodel.store.base import Store


def free_name(store: Store, owner: str, plain: str) -> str:
    """Return the name, or the name with the first number that is free."""
    _, alike = store.jobs.find(owner, text=plain, limit=1)
    taken = {job.name for job in store.jobs.find(owner, text=plain, limit=alike + 1)[0]}
    if plain not in taken:
        return plain
    return next(name for name in (f"{plain} ({n})" for n in count(2)) if name not in taken)
