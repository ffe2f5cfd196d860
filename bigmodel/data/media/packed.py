"""Decodes packed recordings with soundfile or PyAV; only the one decoder that the first bytes name is ever reached."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from bigmodel.core.errors import DatasetError
from bigmodel.data.media.stream import (
    BLOCK_FRAMES,
    Block,
    Stream,
    check_header,
    mono,
)

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

MAX_PACKETS = 1_000_000  # an hour of the smallest packets has fewer
SURE = {"FLAC", "AIFF", "AU", "CAF", "W64"}  # formats that say how long they are
CODECS = {
    "aac", "alac", "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb", "flac", "mp3",
    "mp3float", "opus", "libopus", "vorbis", "pcm_s16le", "pcm_f32le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le",
    "pcm_mulaw", "pcm_alaw", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "gsm", "gsm_ms", "libgsm_ms",
}  # fmt: skip


def open_by_soundfile(file: BinaryIO) -> Stream:
    """Return the samples of a FLAC, OGG, MP3, AIFF, AU or CAF.

    Raises:
        DatasetError: `sound_header` or `sound_broken`.
    """
    import soundfile  # noqa: PLC0415 - a native library that not every caller needs

    try:
        opened = soundfile.SoundFile(file)
    except (soundfile.SoundFileError, RuntimeError, OSError) as error:
        raise DatasetError("sound_broken") from error
    check_header(opened.channels, opened.samplerate)
    promised = opened.frames if opened.format in SURE else 0  # others only guess
    stream = Stream(opened.samplerate, iter(()), frames=promised)

    def blocks() -> Iterator[Block]:
        read = 0
        try:
            with opened:
                while len(block := opened.read(BLOCK_FRAMES, "float32")):
                    read += len(block)
                    yield mono(block.reshape(-1), opened.channels, stream)
        except (soundfile.SoundFileError, RuntimeError) as error:
            if not read:
                raise DatasetError("sound_broken") from error
            stream.is_cut = True
        stream.is_cut = stream.is_cut or read < promised

    stream.blocks = blocks()
    return stream


def open_by_av(demuxer: str, file: BinaryIO) -> Stream:
    """Return the samples of the first sound track of a phone's or browser's recording.

    Raises:
        DatasetError: `sound_empty`, `sound_codec`, `sound_header` or `sound_broken`.
    """
    import av  # noqa: PLC0415 - large, and only phones and browsers record such files

    try:
        container = av.open(file, "r", format=demuxer, metadata_errors="ignore")
    except (av.FFmpegError, ValueError) as error:
        raise DatasetError("sound_broken") from error
    try:
        track = _track(container)
    except DatasetError:
        container.close()
        raise
    stream = Stream(track.codec_context.sample_rate, iter(()))

    def blocks() -> Iterator[Block]:
        read = 0
        try:
            with container:
                for block in _decoded(container, track, stream):
                    read += len(block)
                    yield block
        except (av.FFmpegError, ValueError) as error:
            if not read:
                raise DatasetError("sound_broken") from error
            stream.is_cut = True

    stream.blocks = blocks()
    return stream


def _track(container: "InputContainer") -> "AudioStream":
    if not container.streams.audio:
        raise DatasetError("sound_empty")
    track = container.streams.audio[0]
    if track.codec_context.name not in CODECS:
        raise DatasetError("sound_codec")
    check_header(track.codec_context.channels, track.codec_context.sample_rate)
    track.codec_context.thread_count = 1
    return track


def _decoded(container: "InputContainer", track: "AudioStream", stream: Stream) -> Iterator[Block]:
    import av  # noqa: PLC0415

    mixer = av.AudioResampler(format="flt", rate=track.codec_context.sample_rate)
    for number, packet in enumerate(container.demux(track)):
        if number > MAX_PACKETS:
            raise DatasetError("sound_broken")
        for frame in packet.decode():
            for mixed in mixer.resample(frame):
                values = mixed.to_ndarray().reshape(-1).astype(np.float32)
                yield mono(values, len(mixed.layout.channels), stream)
