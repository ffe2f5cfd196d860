"""Subtitles say what was heard when, in lines that can be read."""

from bigmodel.core.results.subtitles import srt, vtt

SEGMENTS = ((0.0, 1.5, "good morning"), (3661.25, 3662.0, "早上好"))


def test_srt_numbers_its_blocks_and_counts_hours() -> None:
    assert srt(SEGMENTS) == (
        "1\n00:00:00,000 --> 00:00:01,500\ngood morning\n\n"
        "2\n01:01:01,250 --> 01:01:02,000\n早上好\n"
    )


def test_vtt_begins_with_its_name_and_escapes_arrows() -> None:
    text = vtt((*SEGMENTS, (0.0, 1.0, "a --> b")))
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\ngood morning\n")
    assert text.count("-->") == 3


def test_long_segments_are_parted_in_proportion() -> None:
    text = srt(((10.0, 20.0, " ".join(["word"] * 40)),))
    blocks = text.strip().split("\n\n")
    assert len(blocks) == 3
    assert all(len(line) <= 42 for line in text.splitlines())
    assert blocks[0].splitlines()[1].startswith("00:00:10,000 --> 00:00:14,")
    assert blocks[-1].splitlines()[1].endswith("--> 00:00:20,000")


def test_nothing_heard_gives_empty_subtitles() -> None:
    assert (srt(()), vtt(())) == ("", "WEBVTT\n")
