"""Publishing a model as a Space with a person's own token, after they saw what goes; the token is kept and logged nowhere."""

import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from bigmodel.base_models.child import network_environment, records
from bigmodel.base_models.hub import check_id
from bigmodel.core.errors import ModelError
from bigmodel.services.results.results import ResultService
from bigmodel.settings import Settings

CARD = "README.md"
PUBLISHER = "bigmodel.services.sharing.publisher"
TOKEN = re.compile(r"[\w.-]{8,200}", re.ASCII)
ENVIRONMENT = {  # files go one way, by plain HTTP
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
}


@dataclass(frozen=True)
class Shipment:
    """What would go to a hub: every file with its size in bytes, and the text of the card."""

    files: tuple[tuple[str, int], ...]
    card: str


class PublishService:
    """Sends models of their owner to the hub of the settings."""

    def __init__(self, settings: Settings, results: ResultService) -> None:
        self._settings = settings
        self._results = results

    def shipment(self, owner: str, model_id: str) -> Shipment:
        """Return what `publish` would send.

        Raises:
            ModelError: `model_files_missing`, `model_without_program`.
        """
        with zipfile.ZipFile(self._results.download(owner, model_id, "space")) as package:
            files = tuple((entry.filename, entry.file_size) for entry in package.infolist())
            return Shipment(files, package.read(CARD).decode("utf-8"))

    def publish(
        self, owner: str, model_id: str, hub_id: str, *, token: str, is_private: bool = True
    ) -> str:
        """Send a model to a new Space, `owner/name` at the hub, and return its address.

        Raises:
            ModelError: `hub_id_wrong`, `hub_offline`, `hub_unreachable`, `hub_token_wrong`, `hub_token_weak`,
                `hub_space_exists`, `hub_refused`, and as `shipment`.
        """
        hub_id, token, settings = check_id(hub_id), token.strip(), self._settings
        if settings.offline:
            raise ModelError("hub_offline")
        if not TOKEN.fullmatch(token):
            raise ModelError("hub_token_wrong")
        package = self._results.download(owner, model_id, "space")
        with tempfile.TemporaryDirectory(dir=settings.scratch) as folder:
            with zipfile.ZipFile(package) as file:
                file.extractall(folder)
            request = {
                "url": settings.hub_url,
                "id": hub_id,
                "private": is_private,
                "token": token,
                "folder": str(Path(folder).resolve()),
            }
            environment = network_environment() | ENVIRONMENT | {"HF_HOME": f"{folder}-cache"}
            log = settings.run / "publisher.log"
            for record in records(
                PUBLISHER, request, log, environment=environment, limit_s=None, is_secret=True
            ):
                if "result" in record:
                    return str(record["result"]["url"])
        raise ModelError("hub_unreachable", url=settings.hub_url)
