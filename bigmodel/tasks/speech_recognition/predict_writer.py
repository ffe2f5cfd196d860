"""Writes down recordings with the Whisper model beside this file; it never asks the network and runs no code from model files.

    pip install -r requirements.txt
    python predict.py one.wav two.flac
    python predict.py --json *.wav > answers.jsonl
    python predict.py --srt talk.wav > talk.srt

It reads WAV, FLAC, OGG and MP3. Or in Python: `Model().transcribe(["one.wav"])`.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import torchaudio
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import WhisperForConditionalGeneration

from bigmodel.core.results.subtitles import srt
from bigmodel.training.pretrained import SAFELY
from bigmodel.training.speech.decoding import DecodingConfig, window_samples, write
from bigmodel.training.speech.features import RATE_HZ
from bigmodel.training.speech.pieces.pauses import pieces
from bigmodel.training.speech.spoken_text import Manner
from bigmodel.training.standalone.audio.sounds import read_sound
from bigmodel.training.standalone.audio.transcripts import answer_recordings
from bigmodel.training.standalone.console import command_line


class Model:
    """A Whisper model: it hears pieces of sound and writes the likeliest token at every place."""

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or Path(__file__).resolve().parent
        record = json.loads((folder / "writer.json").read_text("utf-8"))
        self._config = how = DecodingConfig.from_record(record)
        self._text = Manner(how.case, how.language, how.numbers, record.get("letters", {}))
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._net = WhisperForConditionalGeneration.from_pretrained(
            folder, **SAFELY, dtype="float32"
        )
        nn.Module.eval(self._net)
        self._end: int = self._tokens.encode("<|endoftext|>", add_special_tokens=False).ids[0]
        config = self._net.config
        self._barred = torch.zeros(config.vocab_size, dtype=torch.bool)
        self._barred[list(self._tokens.get_added_tokens_decoder())] = True
        self._barred[self._end] = False
        self._barred[self._tokens.get_vocab_size() :] = True
        self._window = config.max_source_positions * 320
        self._mel = torchaudio.transforms.MelSpectrogram(
            RATE_HZ, n_fft=400, hop_length=160, n_mels=config.num_mel_bins, norm="slaney",
            mel_scale="slaney",
        )  # fmt: skip

    def transcribe(self, paths: Sequence[str]) -> list[str]:
        """Return what is said in each recording."""
        return [self._text.write(" ".join(text for _, _, text in self.segments(p))) for p in paths]

    def segments(self, path: str) -> list[tuple[float, float, str]]:
        """Return (from second, to second, text) of each piece; a long recording has several."""
        sound = read_sound(path)
        with torch.inference_mode():
            found = [
                (start / RATE_HZ, end / RATE_HZ, self._part(torch.from_numpy(sound[start:end])))
                for start, end in pieces(sound, self._window)
            ]
        return [one for one in found if one[2]]

    def _part(self, sound: Tensor) -> str:
        heard = self._hear(self._frames(sound))

        def decode(given: Tensor, cache: Any) -> tuple[Tensor, Any]:
            said = self._net.model.decoder(
                given, encoder_hidden_states=heard, past_key_values=cache, use_cache=True
            )
            return self._net.proj_out(said.last_hidden_state), said.past_key_values

        [(tokens, _)] = write(decode, 1, self._config, self._barred, self._end)
        return self._text.write(self._tokens.decode(tokens, skip_special_tokens=True))

    def _frames(self, sound: Tensor) -> Tensor:
        window = window_samples(self._config, len(sound), self._window)
        sound = functional.pad(sound[:window], (0, max(0, window - len(sound))))
        frames = self._mel(sound)[:, :-1].clamp(min=1e-10).log10()
        scaled: Tensor = (frames.clamp(min=float(frames.max()) - 8.0) + 4.0) / 4.0
        return scaled

    def _hear(self, frames: Tensor) -> Tensor:
        encoder = self._net.model.encoder
        x = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(frames[None]))))
        x = x.transpose(1, 2)
        x = x + encoder.embed_positions.weight[: x.shape[1]]
        for layer in encoder.layers:
            x = layer(x, None)
        heard: Tensor = encoder.layer_norm(x)
        return heard


def main() -> None:
    """Write down the recordings of the command line, or subtitles of one."""
    parser = ArgumentParser(description="Write down recordings with this model.")
    parser.add_argument("paths", nargs="+", metavar="FILE")
    parser.add_argument("--srt", action="store_true", help="subtitles of one recording")
    args = command_line(parser)
    if args.srt:
        sys.stdout.write(srt(Model().segments(args.paths[0])))
    else:
        answer_recordings(Model, args)


if __name__ == "__main__":
    main()
