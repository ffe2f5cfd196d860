"""A token that somebody pastes into the wrong field or uploads in a table is in no log, database or file that is handed out."""

import logging
import zipfile
from pathlib import Path

import pytest

from bigmodel.core.errors import ModelError
from bigmodel.services.studio import open_services
from bigmodel.settings import Settings
from bigmodel.words import load_words
from tests.fakes import journey
from tests.fakes.journey import OWNER

TOKEN = "hf_QuittenGelee0123456789Mirabelle"


def test_pasted_token_is_nowhere_but_in_its_row(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(home=tmp_path / "home", offline=True)
    services = open_services(settings)
    for pasted in (TOKEN, f"https://huggingface.co/{TOKEN}"):
        with pytest.raises(ModelError, match="hub_id_wrong") as refused:
            services.base_models.fetch(OWNER, pasted)
        said = [load_words().say(spoken, refused.value.message) for spoken in ("en", "zh")]
        assert all(TOKEN not in each for each in said)
    table = journey.write_table(tmp_path / "soup.csv")
    table.write_text(f"{table.read_text('utf-8')}\nwarm soup of {TOKEN},good", "utf-8")
    job = journey.train(services, services.datasets.import_file(OWNER, table))
    model = services.inference.resolve(OWNER, job.id)
    exports = [services.results.download(OWNER, model.id, kind) for kind in ("model", "space")]
    kept = [path for path in settings.home.rglob("*") if path.is_file()]
    rows = {path for path in kept if path.is_relative_to(settings.datasets)}
    for path in {*kept, *exports} - rows:
        assert TOKEN.lower().encode() not in path.read_bytes().lower(), path
    for path in exports:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                assert TOKEN.lower().encode() not in archive.read(name).lower(), name
    assert TOKEN not in caplog.text
