"""The way back from a damaged database, for the page that is shown instead of the dashboard; nothing is deleted."""

from collections.abc import Sequence
from pathlib import Path

from bigmodel.settings import Settings
from bigmodel.store import recovery
from bigmodel.store.open import open_store
from bigmodel.store.recovery import Backup

__all__ = ["Backup", "RecoveryService"]


class RecoveryService:
    """Copies of the database, and what to do with them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def backups(self) -> Sequence[Backup]:
        """Return the copies there are, newest first."""
        return recovery.backups(self._settings)

    def restore(self, name: str) -> Path:
        """Go back to a copy, brought to this release; return where the damaged database lies now."""
        aside = recovery.restore(self._settings, name)
        open_store(self._settings)
        return aside

    def start_anew(self) -> Path:
        """Begin with nothing; return where everything that was there lies now."""
        aside = recovery.start_anew(self._settings)
        open_store(self._settings)
        return aside
