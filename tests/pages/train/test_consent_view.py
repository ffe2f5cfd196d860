"""The consent on the Train tab: who is asked, what is said of it, and when the button wakes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.services.training import consent
from pages.train import TrainTab
from tests.fakes.agreed import Speaker, speaker
from tests.fakes.spoken import write_spoken
from tests.fakes.workshop import OWNER
from tests.pages.one_tab import one_tab

TASK = "speech_synthesis"


class Tab:
    """A Train tab over a speaker's recordings."""

    def __init__(self, anna: Speaker) -> None:
        self.anna = anna
        self.tab: TrainTab = one_tab(TrainTab, replace(anna.services, consents=anna.consents))
        self.view = self.tab.consent

    def filled(self, task: str = TASK) -> dict[Any, Any]:
        return self.tab.refill(self.anna.dataset.id, task, asking())

    def say(self, asked: str, **told: object) -> dict[Any, Any]:
        self.anna.ears.told = told
        place = self.anna.services.inference.uploads.place(OWNER, "said.wav")
        write_spoken(place, "ab no ab no", seed=7)
        box = json.dumps({"files": [{"id": place.stem, "name": "said.wav"}]})
        shown = self.view.check(self.anna.dataset.id, TASK, asked, box, asking())
        assert not place.exists()
        return shown


def asking(language: str = "en") -> gr.Request:
    headers = [(b"accept-language", language.encode())]
    return gr.Request(
        request=Request({"type": "http", "state": {"owner": OWNER}, "headers": headers})
    )


@pytest.fixture
def tab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tab:
    return Tab(speaker(tmp_path, monkeypatch))


def test_only_a_voice_waits_for_its_speaker(tab: Tab) -> None:
    voice, writing = tab.filled(), tab.filled("speech_recognition")
    assert (voice[tab.view.place].visible, voice[tab.tab.train].interactive) == (True, False)
    assert (writing[tab.view.place].visible, writing[tab.tab.train].interactive) == (False, True)


@pytest.mark.parametrize(("language", "says"), [("en", "I agree"), ("zh", "我同意")])
def test_sentence_stands_in_the_language_chosen(tab: Tab, language: Any, says: str) -> None:
    tab.filled()
    shown = tab.view.show_sentence(tab.anna.dataset.id, language, asking())
    assert says in shown[tab.view.sentence]
    assert shown[tab.view.speaking].visible


def test_wrong_number_is_told_and_the_button_sleeps_on(tab: Tab) -> None:
    asked = tab.anna.ask()
    shown = tab.say(asked.id, digits="1")
    assert " ".join(asked.digits) in shown[tab.view.verdict]
    assert not shown[tab.tab.train].interactive


def test_consent_that_counts_wakes_the_button_and_stands_there_afterwards(tab: Tab) -> None:
    asked = tab.anna.ask()
    assert tab.say(asked.id)[tab.tab.train].interactive
    later = tab.filled()
    assert asked.sentence in later[tab.view.given].value
    assert not later[tab.view.place].visible


def test_what_listens_is_offered_to_be_fetched(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent.wheels, "find", lambda _bases, _name: None)
    shown = tab.filled()
    assert "ge2e, whisper-base" in shown[tab.view.fetch].value
    assert (shown[tab.view.fetch].visible, shown[tab.view.ask].visible) == (True, False)


def test_sentence_that_ran_out_is_told_where_the_verdict_stands(tab: Tab) -> None:
    shown = tab.say("00000000-0000-7000-8000-000000000000")
    assert "is-error" in shown[tab.view.verdict]
    assert tab.tab.train not in shown
