"""Noisy takes of one clean recording stay in one part."""

from bigmodel.data.targets.clean import KIND


def test_takes_of_one_recording_share_it() -> None:
    assert KIND.together("loud.flac", "clean.flac") == KIND.together("soft.flac", "clean.flac")
    assert KIND.together("alone.flac") == "alone.flac"
