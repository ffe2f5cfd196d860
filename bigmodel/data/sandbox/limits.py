"""The hard limits a reader child sets on itself, where the system has them; the parent's watchdog holds everywhere."""

import sys

EXIT_REFUSED = 3
EXIT_MEMORY = 4
EXIT_BROKEN = 5


def limit_self(*, memory_mb: int, processor_s: int, file_mb: int) -> None:
    """Bound address space, processor time and written files of this process for good."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  (not on Windows)

    def bound(kind: int, value: int) -> None:
        _, hard = resource.getrlimit(kind)
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (wanted, wanted))

    bound(resource.RLIMIT_CORE, 0)
    bound(resource.RLIMIT_CPU, processor_s)
    bound(resource.RLIMIT_FSIZE, file_mb * 2**20)
    if (
        sys.platform == "linux"
    ):  # elsewhere the bound counts the shared libraries too, or is ignored
        bound(resource.RLIMIT_AS, memory_mb * 2**20)
