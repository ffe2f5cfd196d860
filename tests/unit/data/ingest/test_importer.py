"""The parent of the reader child keeps its limits and turns every end into a sentence."""

from pathlib import Path

import pytest

from bigmodel.core.errors import DatasetError
from bigmodel.data.ingest.importer import read_upload
from bigmodel.data.sandbox import limited
from bigmodel.settings import Settings

TABLE = "text,label\n" + "good,1\nbad,0\n" * 50


def table(folder: Path, text: str = TABLE, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def tight(settings: Settings, **limits: float) -> Settings:
    return settings.model_copy(update=limits)


def test_progress_only_grows(tmp_path: Path, settings: Settings) -> None:
    shares: list[float] = []
    path = table(tmp_path, "text,label\n" + "some words to read,1\n" * 400_000)
    read_upload(path, settings, shares.append).discard()
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


def test_slow_child_is_stopped(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(DatasetError) as caught:
        read_upload(table(tmp_path), tight(settings, reader_s=0.01))
    assert caught.value.key == "reader_time"
    assert not list(settings.scratch.iterdir())


def test_hungry_child_is_stopped(tmp_path: Path, settings: Settings) -> None:
    items = "[" + ",\n".join(['{"text": "' + "x" * 900 + '", "label": 1}'] * 150_000) + "]"
    with pytest.raises(DatasetError) as caught:
        read_upload(table(tmp_path, items, "big.json"), tight(settings, reader_mb=300))
    assert caught.value.key == "reader_memory"


def test_big_file_is_refused_unread(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(3 * 2**20)
    with pytest.raises(DatasetError) as caught:
        read_upload(path, tight(settings, max_upload_mb=2))
    assert caught.value.key == "file_big"


def test_child_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert "HF_TOKEN" not in limited.reader_environment()


def test_refusal_carries_every_problem(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(DatasetError) as caught:
        read_upload(table(tmp_path, "{}\n{broken\n", "table.csv"), settings)
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["errors.json_no_rows", "data.reading.format_by_content"]
