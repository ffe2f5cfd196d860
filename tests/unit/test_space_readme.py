"""The lines at the top of the README are those that a Space reads, and agree with what is installed."""

import re
from pathlib import Path

from bigmodel.settings import Settings

ROOT = Path(__file__).parents[2]


def front_matter() -> dict[str, str]:
    _, lines, _ = (ROOT / "README.md").read_text("utf-8").split("---\n", 2)
    return {
        name: value.strip(' "')
        for name, _, value in (line.partition(":") for line in lines.splitlines())
    }


def test_space_gets_what_the_app_was_tested_with() -> None:
    found = front_matter()
    pins = (ROOT / "requirements.txt").read_text("utf-8")
    assert f"gradio=={found['sdk_version']}\n" in pins
    assert found["python_version"] in ("3.11", "3.12", "3.13")
    assert (ROOT / found["app_file"]).is_file()
    assert int(found["app_port"]) == Settings.model_fields["port"].default
    assert found["hf_oauth"] == "true", "people of the hub come in with their account"
    assert found["sdk"] in ("gradio", "docker")


def test_space_shows_a_short_line() -> None:
    found = front_matter()
    assert len(found["short_description"]) <= 60
    assert re.fullmatch(r"\d+m", found["startup_duration_timeout"])
