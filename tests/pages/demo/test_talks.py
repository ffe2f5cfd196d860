"""The part of the voice demo for long recordings: handlers called as plain functions, and its route."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bigmodel.core.errors import ModelError
from bigmodel.core.results.panel import Panel
from bigmodel.core.results.talk import Piece, Talk
from bigmodel.services.inference.talks.talks import Listener
from bigmodel.words import load_words
from pages.shared.demo.talks import talk_route, talk_view
from pages.shared.demo.talks.talk_view import TalkView
from pages.shared.web.page import LOCAL_OWNER, Context, set_owner
from tests.pages.demo.test_text_demo import ask

TALK = Talk(
    "t1", "day <1>.wav", 65.0,
    (Piece(0.0, 2.0, "<b>good", "Ann", 0.9), Piece(3.0, 4.0, "", "", 0.9), Piece(5.0, 6.5, "no", "", 0.9)),
    "whisper", "voices",
)  # fmt: skip


class FakeTalks:
    """Hears one piece at a time."""

    def __init__(self, talk: Talk, *, is_trained: bool = False) -> None:
        self.talk, self.said, self.is_trained = talk, [], is_trained

    def listeners(self, _owner: str) -> list[Listener]:
        base = SimpleNamespace(name="whisper", size_mb=149.4, languages=("any",))
        ready: Any = SimpleNamespace(base=base, is_here=False)
        return [Listener("base:whisper", "whisper", ready=ready)]

    def tellers(self, _owner: str) -> list[Any]:
        return []

    def has_others(self, _owner: str) -> bool:
        return self.is_trained

    def newest(self, _owner: str) -> Talk | None:
        return None if self.is_trained else self.talk

    def get(self, _owner: str, _talk: str) -> Talk:
        return self.talk

    def begin(self, _owner: str, path: Path, name: str, **how: Any) -> Talk:
        self.said.append((path.name, name, how["in_turns"]))
        return Talk(self.talk.id, name, self.talk.seconds, (Piece(0.0, 2.0),) * 3)

    def hear(self, *_asked: str) -> Iterator[Talk]:
        yield self.talk

    def tell(self, *_asked: str) -> Iterator[Talk]:
        yield self.talk

    def view(self, *_asked: Any) -> Panel:
        return Panel("words", {"text": "no", "words": ()})

    def correct(self, _owner: str, talk_id: str, number: int, text: str) -> None:
        self.said.append((talk_id, number, text))


def view(talks: Any, tmp_path: Path) -> TalkView:
    uploads = SimpleNamespace(find=lambda _owner, file: tmp_path / file)
    services: Any = SimpleNamespace(
        words=load_words(),
        talks=talks,
        inference=SimpleNamespace(uploads=uploads),
        settings=SimpleNamespace(language=None),
    )
    nothing: Any = None
    return TalkView(Context(services, nothing, nothing, nothing))


def test_rows_have_times_players_and_texts_to_correct(tmp_path: Path) -> None:
    say = partial(view(FakeTalks(TALK), tmp_path)._ctx.say, ask())
    shown = talk_view.rows(TALK, say)
    assert shown.count("<audio controls") == shown.count("<textarea") == 2
    assert 'src="bm/talks/t1/3.flac"' in shown
    assert "0:05 – 0:06" in shown
    assert "&lt;b&gt;good" in shown
    assert "<b>Ann</b>" in shown
    assert "<b>nobody of these</b>" in shown
    for kind in ("srt", "vtt", "csv", "zip"):
        assert f'download href="bm/talks/t1/talk.{kind}"' in shown


def test_many_rows_come_in_pages(tmp_path: Path) -> None:
    say = partial(view(FakeTalks(TALK), tmp_path)._ctx.say, ask())
    many = Talk(
        "t1",
        "a",
        9_000.0,
        tuple(Piece(60.0 * n, 60.0 * n + 1, f"text {n}", "", 1.0) for n in range(150)),
    )
    first, second = talk_view.rows(many, say), talk_view.rows(many, say, 7)
    assert (first.count("<textarea"), second.count("<textarea")) == (100, 50)
    assert second.count("data-page=") == 2
    assert "2:29:00" in second


def test_it_is_heard_row_by_row_and_shown_as_any_answer(tmp_path: Path) -> None:
    talks = FakeTalks(TALK)
    value = json.dumps({"files": [{"id": "f1", "name": "day.wav"}, {"id": "f2", "name": "b.wav"}]})
    *_, (talk, state, rows, on) = view(talks, tmp_path).listen(
        value, "base:whisper", "", "m2", ask("zh")
    )
    assert talks.said == [("f1", "day.wav", True)]
    assert talk == "t1"
    assert "3 段全部听完" in state
    assert "给了 2 个文件" in state
    assert rows.count("<audio") == 2
    assert not on.visible
    short = FakeTalks(Talk("t2", "a.wav", 2.0, (Piece(0.0, 2.0, "no", "", 0.9),)))
    *_, (_, state, *_) = view(short, tmp_path).listen(value, "base:whisper", "", "", ask())
    assert 'data-testid="answer"' in state


def test_silence_is_said_and_nothing_is_asked_without_a_file(tmp_path: Path) -> None:
    here = view(FakeTalks(TALK), tmp_path)
    say = partial(here._ctx.say, ask())
    assert "nothing but silence" in talk_view.state(Talk("t", "a", 40.0, ()), say)
    with pytest.raises(ModelError, match="media_missing"):
        next(here.listen("{}", "base:whisper", "", "", ask()))


def test_missing_base_is_offered_and_the_part_is_open(tmp_path: Path) -> None:
    here = view(FakeTalks(TALK), tmp_path)
    whole, listener, teller, missing, fetch, language, *_ = here.show(None, "", ask())
    assert whole.open  # type: ignore[attr-defined]
    assert listener.value == "base:whisper"  # type: ignore[attr-defined]
    assert not teller.visible  # type: ignore[attr-defined]
    assert "149 MB" in missing.value  # type: ignore[attr-defined]
    assert fetch.visible  # type: ignore[attr-defined]
    assert language.visible  # type: ignore[attr-defined]


def test_part_is_folded_where_a_model_of_ones_own_is_tried(tmp_path: Path) -> None:
    whole, *_ = view(FakeTalks(TALK, is_trained=True), tmp_path).show(None, "", ask())
    assert whole == gr.skip()


def test_what_was_stopped_goes_on_also_after_the_page_was_loaded_again(tmp_path: Path) -> None:
    pieces = (Piece(0.0, 2.0, "yes", "", 0.9), Piece(3.0, 4.0))
    here = view(FakeTalks(Talk("t3", "<i>day.wav", 4.0, pieces)), tmp_path)
    *_, talk, state, rows, on = here.show(None, "", ask())
    assert (talk, on.visible) == ("t3", True)  # type: ignore[attr-defined]
    assert "Left off at “&lt;i&gt;day.wav”" in str(state)
    assert "1 of 2 pieces heard" in str(state)
    assert str(rows).count("<audio") == 1
    assert here.show(None, "t3", ask())[-1] == gr.skip(), "it is on the page already"
    whole = Talk("t3", "day.wav", 4.0, (pieces[0], Piece(3.0, 4.0, "no", "", 0.9)))
    here._talks.hear = lambda *_asked: iter([whole])  # type: ignore[method-assign]
    *_, (talk, state, rows, on) = here.go_on("t3", "base:whisper", "", "", ask())
    assert (on.visible, str(rows).count("<audio")) == (False, 2)  # type: ignore[attr-defined]


def test_correction_reaches_its_row(tmp_path: Path) -> None:
    talks = FakeTalks(TALK)
    event: Any = SimpleNamespace(number=3, text="yes")
    view(talks, tmp_path).correct("t1", event, ask())
    assert talks.said == [("t1", 3, "yes")]


def test_route_gives_pieces_and_files_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "00003.flac").write_bytes(b"fLaC")

    def write(_owner: str, _talk: str, kind: str, out: Path, unheard: str) -> None:
        out.write_text(f"{kind} {unheard}", "utf-8")

    talks = SimpleNamespace(
        piece=lambda owner, _talk, number: tmp_path / f"{number:05}.flac" if owner else None,
        get=lambda _owner, _talk: TALK,
        write=write,
    )
    inference = SimpleNamespace(download=lambda name: tmp_path / name)
    services: Any = SimpleNamespace(
        talks=talks,
        inference=inference,
        words=load_words(),
        settings=SimpleNamespace(language=None),
    )
    inner = Starlette(routes=talk_route.routes(services))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        set_owner(scope, LOCAL_OWNER)
        await inner(scope, receive, send)

    with TestClient(app) as client:
        piece = client.get("/bm/talks/t1/3.flac")
        assert (piece.content, piece.headers["content-type"]) == (b"fLaC", "audio/flac")
        for kind in ("srt", "vtt", "csv", "zip"):
            made = client.get(f"/bm/talks/t1/talk.{kind}")
            assert made.text == f"{kind} [The rest of this recording was not written down.]"
            assert f".{kind}" in made.headers["content-disposition"]
        for name in ("talk.json", "00003.wav", "x.flac", "talk.txt", ".srt"):
            assert client.get(f"/bm/talks/t1/{name}").status_code == 404
