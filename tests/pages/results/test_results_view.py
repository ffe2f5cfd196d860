"""Differences of transcripts can be read without colour, and nothing a person wrote becomes HTML."""

from bigmodel.core.datasets.inputs import files_among, row_of
from bigmodel.core.results.alignment import diff
from bigmodel.core.results.panel import media_panel
from bigmodel.core.results.results import AnsweredRow
from bigmodel.services.results.row_table import difference, row_table
from pages.shared.results import results_view as view


def say(key: str) -> str:
    return f"[{key.rpartition('.')[2]}]"


def row(**values: object) -> AnsweredRow:
    known = {"row_id": "1", "text": "a.wav", "truth": "x", "answer": "y", "sureness": 0.5}
    return AnsweredRow(**{**known, **values})  # type: ignore[arg-type]


def test_mistakes_are_struck_and_underlined() -> None:
    html = difference(diff("well turn it on", "turn it off now"))
    assert "<del>well</del> turn it" in html
    assert html.count("<ins>") == 2


def test_chinese_has_no_spaces_between_characters() -> None:
    html = difference(diff("打开灯", "打关灯"))
    assert "打<del>开</del><ins>关</ins>灯" in html


def test_what_people_wrote_is_escaped() -> None:
    html = difference(diff("<b>a</b>", "<script>"))
    assert "<b>" not in html
    assert "<script>" not in html
    table = view.wrong_table([row(text="<i>.wav", media="aa/x.flac")], say, "1", '/bm/media/"d')
    assert "<i>" not in table
    assert '"d' not in table


def test_recordings_have_a_player_and_pictures_are_shown() -> None:
    sound = view.wrong_table([row(media="aa/x.flac")], say, "1", "/bm/media/d")
    picture = view.wrong_table([row(media="aa/x.jpg", text="a.jpg")], say, "1", "/bm/media/d")
    assert '<audio controls preload="none" src="/bm/media/d/aa/x.flac"' in sound
    assert '<img class="bm-thumb" src="/bm/media/d/aa/x.jpg"' in picture
    assert "[column_file]" in sound


def test_transcripts_come_with_difference_and_legend() -> None:
    table = view.wrong_table([row(edits=diff("yes no", "yes"))], say, "1 of 1")
    assert "[column_difference]" in table
    assert "[diff_missing]" in table
    assert "yes <del>no</del>" in table


def test_row_that_its_answer_type_draws_stands_with_truth_and_answer_in_one() -> None:
    drawn = media_panel(b"abc", "image/png", "<b>")
    shown = row_table([row(view=drawn)], lambda one: one.text, say)
    assert (
        '<img class="bm-made" data-testid="answer" src="data:image/png;base64,YWJj" alt="&lt;b&gt;">'
        in shown
    )
    assert shown.count("[column_") == 3


def test_row_of_several_media_is_looked_at_and_played() -> None:
    files = {ending: f"aa/aa{'0' * 62}.{ending}" for ending in ("jpg", "flac")}
    cells = [f"{name} [{file}]" for name, file in files.items()]
    told = row_of(["a <b> vase", cells[0], "", cells[1]])
    parts = files_among(told, ("note", "photo", "grams", "knock"))
    table = view.wrong_table([row(text=told, parts=parts)], say, "1", "bm/media/d")
    assert f'<img class="bm-thumb" src="bm/media/d/{files["jpg"]}"' in table
    assert f'<audio controls preload="none" src="bm/media/d/{files["flac"]}"' in table
    assert "<dt>note</dt><dd>a &lt;b&gt; vase</dd>" in table
    assert "grams" not in table  # this row lacks it
    assert not files_among("a vase\n\u2063\n12", ("note", "grams"))
