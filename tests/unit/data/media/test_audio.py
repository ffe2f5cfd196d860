"""Recordings: every kind comes out as the same tone, and what is no sound is refused with its reason."""

import io
import json
import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile

from bigmodel.core.errors import DatasetError
from bigmodel.data.media import stream
from bigmodel.data.media.audio import envelope, is_sound, open_sound, read_sound, write_sound
from bigmodel.data.media.resample import Resampler, Samples, resample

CORPUS = Path(__file__).parents[5] / "shared" / "badfiles" / "corpus"
VERDICTS = {
    "w_zero_ch.wav": "sound_header",
    "w_nan.wav": "sound_not_finite",
    "w_mp3_named.wav": "sound_broken",
    "w_lying_size.wav": "is_cut",
    "w_silence.wav": "is_silent",
}
BY_SOUNDFILE = {
    "flac": ("FLAC", None),
    "vorbis": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", None),
}
BY_AV = {  # format, codec, rate
    "m4a": ("ipod", "aac", 44_100),
    "webm": ("webm", "libopus", 48_000),
    "aac": ("adts", "aac", 44_100),
    "amr": ("amr", "libopencore_amrnb", 8_000),
    "mp4": ("mp4", "aac", 48_000),
}
WAVS = [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)]


def tone(hertz: float = 440.0, rate: int = 44_100, seconds: float = 1.0) -> Samples:
    times = np.arange(int(rate * seconds)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def pitch(samples: Samples, rate: int) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples))


def loudness_db(samples: Samples) -> float:
    inner = samples[400:-400]
    return float(20 * np.log10(np.sqrt((inner.astype(np.float64) ** 2).mean()) + 1e-12))


def wav(
    samples: Samples, rate: int = 44_100, *, code: int = 1, bits: int = 16, channels: int = 1
) -> bytes:
    """A WAV as any recorder writes it; each channel gets the same samples."""
    wide = np.repeat(samples, channels)
    if code == 3:
        data = wide.astype(f"<f{bits // 8}").tobytes()
    elif bits == 8:
        data = (wide * 127 + 128).astype("u1").tobytes()
    else:
        whole = (wide.astype(np.float64) * (2**31 - 1)).astype("<i4")
        kept = whole.view("u1").reshape(-1, 4)[:, 4 - bits // 8 :]
        data = kept.tobytes()
    frame = channels * bits // 8
    head = struct.pack("<HHIIHH", code, channels, rate, rate * frame, frame, bits)
    body = b"fmt " + struct.pack("<I", 16) + head + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def by_soundfile(kind: str) -> bytes:
    form, subtype = BY_SOUNDFILE[kind]
    buffer = io.BytesIO()
    soundfile.write(buffer, tone(rate=48_000), 48_000, format=form, subtype=subtype)
    return buffer.getvalue()


def by_av(kind: str) -> bytes:
    form, codec, rate = BY_AV[kind]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=form) as container:
        stream: Any = container.add_stream(codec, rate=rate, layout="mono")
        context = stream.codec_context
        shaper = av.AudioResampler(
            format=context.format, layout="mono", rate=rate, frame_size=context.frame_size or 1024
        )
        frame = av.AudioFrame.from_ndarray(tone(rate=rate)[None], format="flt", layout="mono")
        frame.sample_rate = rate
        for shaped in [*shaper.resample(frame), *shaper.resample(None)]:
            container.mux(stream.encode(shaped))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(DatasetError) as refused:
        open_sound(io.BytesIO(content))
    return refused.value.key


@pytest.mark.parametrize(("code", "bits"), WAVS)
def test_every_wav_is_read_by_ourselves(code: int, bits: int) -> None:
    found = read_sound(io.BytesIO(wav(tone(), code=code, bits=bits)), 44_100)
    assert np.abs(found - tone()).max() < (0.02 if bits == 8 else 1e-4)


@pytest.mark.parametrize("kind", BY_SOUNDFILE)
def test_compressed_recording_keeps_its_tone(kind: str) -> None:
    content = by_soundfile(kind)
    assert is_sound(content[:64])
    found = open_sound(io.BytesIO(content))
    assert abs(found.seconds - 1.0) < 0.1
    assert abs(pitch(found.samples, 16_000) - 440) < 3


@pytest.mark.parametrize("kind", BY_AV)
def test_phone_and_browser_recording_keeps_its_tone(kind: str) -> None:
    content = by_av(kind)
    assert is_sound(content[:64])
    found = open_sound(io.BytesIO(content))
    assert abs(found.seconds - 1.0) < 0.1
    assert abs(pitch(found.samples, 16_000) - 440) < 3


def test_channels_are_mixed_into_one() -> None:
    assert len(read_sound(io.BytesIO(wav(tone(), channels=8)))) == 16_000


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_tone_survives_another_rate(rate: int) -> None:
    found = resample(tone(rate=rate), rate, 16_000)
    wanted = tone(rate=16_000)
    assert len(found) == 16_000
    assert np.abs(found[400:-400] - wanted[400:-400]).max() < 1e-4


def test_high_tone_does_not_come_back_as_a_low_one() -> None:
    assert loudness_db(resample(tone(7_900), 44_100, 8_000)) < -90
    assert loudness_db(resample(tone(3_500), 44_100, 8_000)) > -10


def test_blocks_give_what_the_whole_gives() -> None:
    noise = np.random.default_rng(0).normal(size=50_000).astype(np.float32)
    resampler = Resampler(44_100, 16_000)
    parts = [resampler.feed(noise[i : i + 777]) for i in range(0, len(noise), 777)]
    found = np.concatenate([*parts, resampler.finish()])
    assert np.abs(found - resample(noise, 44_100, 16_000)).max() < 1e-5


def test_written_sound_is_read_again() -> None:
    written = write_sound(tone(rate=16_000))
    assert written.startswith(b"fLaC")
    assert np.abs(read_sound(io.BytesIO(written)) - tone(rate=16_000)).max() < 1e-4


def test_same_sound_is_written_the_same_way() -> None:
    assert write_sound(tone()) == write_sound(tone())


def test_envelope_follows_the_sound() -> None:
    samples = np.concatenate([np.zeros(8_000, np.float32), tone(rate=16_000, seconds=0.5)])
    found = envelope(samples, 100)
    assert len(found) == 100
    assert found[:49].max() == 0
    assert found[52:].min() > 0.4
    assert len(envelope(samples[:7], 100)) == 100


def test_loud_float_is_brought_to_scale() -> None:
    found = read_sound(io.BytesIO(wav(tone() * 32_768, code=3, bits=32)), 44_100)
    assert np.abs(found).max() == pytest.approx(1.0)


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_recorder_that_was_cut_off_is_read_to_its_end(length: int) -> None:
    content = bytearray(wav(tone()))
    content[40:44] = struct.pack("<I", length)
    found = open_sound(io.BytesIO(bytes(content)))
    assert found.is_cut
    assert found.seconds == pytest.approx(1.0)


def test_chunks_around_the_data_are_stepped_over() -> None:
    content = wav(tone())
    listed = content[:36] + b"LIST" + struct.pack("<I", 3) + b"abc\0" + content[36:] + b"id3 junk"
    assert open_sound(io.BytesIO(listed)).seconds == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("rate", "channels"), [(1, 1), (2**31, 1), (3_999, 1), (44_100, 1_024), (44_100, 9)]
)
def test_header_that_no_recording_has_is_refused(rate: int, channels: int) -> None:
    content = bytearray(wav(tone(seconds=0.1)))
    content[22:28] = struct.pack("<HI", channels, rate)
    assert refusal(bytes(content)) == "sound_header"


@pytest.mark.parametrize("code", [0x42, 0x161, 0x2000])
def test_packed_wav_is_refused(code: int) -> None:
    content = bytearray(wav(tone(seconds=0.1)))
    content[20:22] = struct.pack("<H", code)
    assert refusal(bytes(content)) == "sound_codec"


def test_recording_over_an_hour_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST_S", 0.5)
    for content in (wav(tone()), by_soundfile("flac"), by_soundfile("opus"), by_av("webm")):
        assert refusal(content) == "sound_long"


@pytest.mark.parametrize(
    "content", [b"#EXTM3U\nfile:///etc/passwd\n", b"hello", b"%PDF-1.7", b"ffconcat version 1.0"]
)
def test_what_is_no_recording_is_refused(content: bytes) -> None:
    assert refusal(content) == "sound_format"


@pytest.mark.parametrize("kind", sorted({*BY_SOUNDFILE, *BY_AV} - {"amr"}))  # its frames are tiny
def test_head_without_body_is_refused(kind: str) -> None:
    content = by_soundfile(kind) if kind in BY_SOUNDFILE else by_av(kind)
    assert refusal(content[:40]) in ("sound_broken", "sound_empty", "sound_header")


def test_empty_recordings_are_refused() -> None:
    assert refusal(b"") == "sound_empty"
    assert refusal(wav(tone(seconds=0))) == "sound_empty"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not there")
@pytest.mark.parametrize("name", VERDICTS)
def test_corpus_gets_its_verdict(name: str) -> None:
    record = next(
        item
        for item in json.loads((CORPUS / "manifest.json").read_text("utf-8"))["files"]
        if item["file"] == name
    )
    verdict = VERDICTS[name]
    if record["expected"].startswith("reject"):
        assert refusal((CORPUS / name).read_bytes()) == verdict
    else:
        found = open_sound(CORPUS / name)
        assert [key for key in ("is_cut", "is_silent") if getattr(found, key)] == [verdict]


def _written(form: str, subtype: str, rate: int = 16_000) -> io.BytesIO:
    buffer = io.BytesIO()
    soundfile.write(buffer, tone(rate=rate), rate, format=form, subtype=subtype)
    return buffer


@pytest.mark.parametrize(
    ("form", "subtype"),
    [
        ("WAV", "ULAW"), ("WAV", "ALAW"), ("WAV", "MS_ADPCM"), ("WAV", "IMA_ADPCM"),
        ("WAV", "GSM610"), ("AIFF", "PCM_16"), ("AIFF", "PCM_24"), ("AIFF", "ULAW"), ("AU", "PCM_16"),
        ("AU", "ULAW"), ("CAF", "PCM_16"), ("CAF", "PCM_24"), ("CAF", "ALAC_16"), ("W64", "PCM_16"),
    ],
)  # fmt: skip
def test_what_telephones_and_studios_write_is_read(form: str, subtype: str) -> None:
    found = open_sound(_written(form, subtype, 8_000))
    assert pitch(found.samples, found.rate) == pytest.approx(440, abs=3)
    assert found.seconds == pytest.approx(1.0, abs=0.1)
    assert not found.is_silent


def _mp3() -> bytes:
    return _written("MP3", "MPEG_LAYER_III").getvalue()


TAG = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)


@pytest.mark.parametrize("before", [bytes(1000), TAG + bytes(5000), TAG + TAG, TAG])
def test_padding_before_an_mp3_is_passed_over(before: bytes) -> None:
    found = open_sound(io.BytesIO(before + _mp3()))
    assert pitch(found.samples, found.rate) == pytest.approx(440, abs=3)


def test_mp3_that_was_cut_is_read_as_far_as_it_goes() -> None:
    whole = _mp3()
    found = open_sound(io.BytesIO(whole[: 2 * len(whole) // 3]))
    assert 0.3 < found.seconds < 0.9


@pytest.mark.parametrize("head", [b"#!SILK_V3", b"\x02#!SILK_V3"])
def test_voice_message_of_a_chat_is_named(head: bytes) -> None:
    with pytest.raises(DatasetError, match="sound_silk"):
        open_sound(io.BytesIO(head + bytes(range(200))))


@pytest.mark.parametrize("form", [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("WAV", "ULAW")])
def test_channels_that_cancel_out_are_heard(form: tuple[str, str]) -> None:
    one = tone(rate=16_000)
    buffer = io.BytesIO()
    soundfile.write(buffer, np.stack([one, -one], axis=1), 16_000, format=form[0], subtype=form[1])
    found = open_sound(buffer)
    assert found.is_one_side
    assert loudness_db(found.samples) == pytest.approx(loudness_db(one), abs=1)
