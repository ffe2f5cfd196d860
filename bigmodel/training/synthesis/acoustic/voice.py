"""A voice that says any sentence, as it speaks: a network with the symbols it knows; the programs of exports load it too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from bigmodel.training.synthesis.acoustic.mels import sound_of
from bigmodel.training.synthesis.acoustic.net import VoiceNet, VoiceSize
from bigmodel.training.synthesis.acoustic.symbols import missing, read, symbols_of
from bigmodel.training.synthesis.library import (
    COMMA_S,
    MOST_SPOKEN,
    SpokenText,
    VoiceSound,
    joined_pieces,
)
from bigmodel.training.synthesis.units import Unit

RECORD, WEIGHTS = "voice.json", "model.safetensors"


@dataclass(frozen=True)
class SentenceVoice:
    """A voice: the network, its symbols (their places are their numbers, from 1 on), and what else the record holds."""

    net: VoiceNet
    symbols: Sequence[str]
    about: Mapping[str, Any]  # Any: as JSON has it

    @property
    def is_english(self) -> bool:
        return bool(self.about["is_english"])

    def say(self, text: str, pause_s: float = 0.0) -> SpokenText:
        """Return a text as this voice says it, phrase by phrase, with so much more pause between them."""
        units = read(text)[:MOST_SPOKEN]
        phrases = [phrase for phrase in _phrases(units) if len(self._numbers(phrase)) > 2]
        sounds = [self._sound(phrase) for phrase in phrases]
        whole = joined_pieces(sounds, [COMMA_S + pause_s] * len(sounds))
        said = tuple(unit.key for unit in units)
        return SpokenText(whole, said, missing(units, self.symbols), len(sounds))

    def _numbers(self, units: Sequence[Unit]) -> list[int]:
        places = {symbol: place for place, symbol in enumerate(self.symbols, start=1)}
        return [places[symbol] for symbol in symbols_of(units, places) if symbol in places]

    def _sound(self, units: Sequence[Unit]) -> VoiceSound:
        numbers = torch.tensor(self._numbers(units), device=self.net.centre.device)
        return sound_of(self.net.say(numbers).cpu())

    def save(self, folder: Path) -> None:
        """Write the voice into a folder."""
        weights = {name: tensor.contiguous() for name, tensor in self.net.state_dict().items()}
        save_file(weights, folder / WEIGHTS)
        size = self.net.size.to_json()
        record = {"v": 1, "net": size, "symbols": list(self.symbols), **self.about}
        (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")


def load_sentence_voice(folder: Path) -> SentenceVoice:
    """Return the voice that `save` wrote."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    net = VoiceNet(VoiceSize(**record.pop("net")))
    net.load_state_dict(load_file(folder / WEIGHTS))
    return SentenceVoice(net.eval(), record.pop("symbols"), record)


def _phrases(units: Sequence[Unit]) -> list[list[Unit]]:
    """Return a text in parts, at its punctuation."""
    found: list[list[Unit]] = []
    for unit in units:
        if unit.is_after_pause or not found:
            found.append([])
        found[-1].append(unit._replace(is_after_pause=False))
    return found
