"""What starts the app elsewhere agrees with what starts it here: container, compose file, and files for a double click."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from uvicorn.middleware.proxy_headers import _TrustedHosts

from bigmodel import settings as module
from bigmodel.core.errors import SettingsError
from bigmodel.settings import Settings, read_settings
from install import without_gpu

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
START = ROOT / "start.command"


def variables() -> dict[str, str]:
    """Return what the last stage of the container sets."""
    return dict(re.findall(r"(BIGMODEL_\w+)=(\S+)", DOCKERFILE.rpartition("ENV ")[2]))


@pytest.fixture(scope="module")
def studio() -> dict[str, Any]:
    composed = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text("utf-8"))
    return dict(composed["services"]["studio"])


def test_container_has_packages_from_a_stage_of_its_own() -> None:
    stages = re.findall(r"^FROM (\S+)(?: AS (\w+))?$", DOCKERFILE, re.MULTILINE)
    assert [name for _, name in stages] == ["packages", ""]
    assert len({image for image, _ in stages}) == 1, "a venv needs the Python that made it"
    assert "COPY install.py requirements.txt requirements.lock" in DOCKERFILE
    assert (ROOT / "install.py").is_file()


def test_container_checks_the_hash_of_every_package_but_pytorch() -> None:
    assert "ARG LOCKED=1" in DOCKERFILE
    assert "LOCKED=$LOCKED TORCH_INDEX=$TORCH_INDEX /venv/bin/python install.py" in DOCKERFILE
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    whole, kept = (re.findall(r"^([\w.-]+)==", text, re.M) for text in (lock, without_gpu(lock)))
    asked = re.findall(
        r"^([\w.-]+)(?:\[\w+\])?==", (ROOT / "requirements.txt").read_text("utf-8"), re.M
    )
    assert {"torch", "torchaudio", "torchvision"} <= set(whole) - set(kept)
    gone = {name for name in asked if name.lower().replace("_", "-") not in kept}
    assert gone == {"torch", "torchaudio", "torchvision"}
    assert "torch==" not in without_gpu(lock)


def test_container_runs_as_an_ordinary_user_who_writes_nothing_but_data() -> None:
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER studio$", last, re.MULTILINE)
    assert "--uid 1000" in last
    assert "--chown" not in last, "the program is not its own to change"
    assert "--read-only" in DOCKERFILE
    assert Settings(home=Path(variables()["BIGMODEL_HOME"])).home == Path("/data")


def test_health_of_the_container_is_asked_where_it_listens() -> None:
    port = variables()["BIGMODEL_PORT"]
    assert f"127.0.0.1:{port}/healthz" in DOCKERFILE
    assert f"EXPOSE {port}" in DOCKERFILE


def test_composed_app_lets_in_who_signs_in(
    studio: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (variables() | studio["environment"]).items():
        monkeypatch.setenv(name, "studio.example.org" if "DOMAIN" in value else value)
    found = read_settings()
    assert found.is_public
    assert found.sign_in == "accounts"
    assert found.hosts == ("studio.example.org",)


def test_composed_app_can_do_little_else(studio: dict[str, Any]) -> None:
    assert studio["read_only"] is True
    assert studio["cap_drop"] == ["ALL"]
    assert studio["security_opt"] == ["no-new-privileges:true"]
    assert [volume.partition(":")[2] for volume in studio["volumes"]] == ["/data"]
    assert "ports" not in studio, "only the proxy is reached from outside"


def test_composed_app_believes_its_proxy_and_no_visitor(studio: dict[str, Any]) -> None:
    proxies = _TrustedHosts(studio["environment"]["FORWARDED_ALLOW_IPS"])
    said = "6.6.6.6, 203.0.113.9, 172.18.0.3"
    assert "172.18.0.3" in proxies
    assert proxies.get_trusted_client_address(said)[0] == "203.0.113.9"
    assert "header_up" not in (ROOT / "docker" / "Caddyfile").read_text("utf-8")


def test_double_click_installs_what_make_installs() -> None:
    subprocess.run(["sh", "-n", str(START)], check=True)
    assert START.stat().st_mode & 0o111
    text, makefile = START.read_text("utf-8"), (ROOT / "Makefile").read_text("utf-8")
    for step in (".venv/bin/python install.py", ".venv/bin/python app.py"):
        assert step in text
        assert step.replace(".venv/bin", "$(BIN)") in makefile
    assert "touch .venv/python .venv/app" in text


def test_windows_is_sent_to_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "wsl.exe --exec sh ./start.command" in (ROOT / "start.bat").read_text("utf-8")
    monkeypatch.setattr(module.sys, "platform", "win32")
    with pytest.raises(SettingsError, match="windows_unsupported"):
        read_settings()
