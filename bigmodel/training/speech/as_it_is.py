"""Whisper as it is, before any training: it hears the language of a recording, or writes the one it is told; it trains nothing."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from transformers import WhisperForConditionalGeneration

from bigmodel.answers.transcript import Transcript
from bigmodel.training.speech.decoding import LEAST_REPEATS, DecodingConfig
from bigmodel.training.speech.features import read_samples
from bigmodel.training.speech.pieces.listening import Seq2SeqPredictor
from bigmodel.training.speech.seq2seq_head import (
    PromptTokenizer,
    Seq2SeqModel,
    as_sound,
    make_frontend,
)
from bigmodel.training.speech.spoken_text import Manner, one_script

LISTENED = 8  # recordings in which the language is heard
BASE_WIDTH = 512  # of Whisper base; smaller ones lose themselves in long silence
LEAST_WINDOW_S, LONGEST_WINDOW_S = 5.0, 30.0  # of a model that was not trained here
SIMPLIFIED = ("这个国家",)  # the script that Chinese is written in where nobody wrote any


class ReadyPredictor(Seq2SeqPredictor):
    """A base without any training. What lies in one folder is taken for the pieces of one recording, in one language.

    Args:
        whole: the model.
        pen: its tokenizer.
        language: to write; "" to hear it in the first pieces.
    """

    def __init__(
        self, whole: WhisperForConditionalGeneration, pen: PromptTokenizer, language: str
    ) -> None:
        text = Manner("keep")
        super().__init__(Seq2SeqModel(whole, pen, ready_decoding(whole, pen, text)), text)
        self._whole, self._language = whole, language
        self._heard: tuple[str, int, Tensor] = ("", 0, torch.zeros(0))  # folder, pieces, shares

    def answer(self, inputs: Sequence[str]) -> list[Transcript]:
        """Return what is said in each recording."""
        if inputs:
            self._write_in(self._language or self._heard_in(inputs))
        return super().answer(inputs)

    def _heard_in(self, inputs: Sequence[str]) -> str:
        pen = self.writer.pen
        if not pen.languages:
            return "en"
        place = str(Path(inputs[0]).parent)
        folder, pieces, shares = self._heard
        if folder != place:
            pieces, shares = 0, torch.zeros(len(pen.languages))
        asked = inputs[: max(0, LISTENED - pieces)]
        if asked:
            sounds = [as_sound(read_samples(path)) for path in asked]
            shares = shares + hear_languages(self.writer, sounds)
        self._heard = (place, pieces + len(asked), shares)
        return likeliest(pen, shares)

    def _write_in(self, language: str) -> None:
        if language == self.text.language:
            return
        letters = one_script(SIMPLIFIED) if language == "zh" else {}
        self.text = replace(self.text, language=language, letters=letters)
        self.writer.manner = ready_decoding(self._whole, self.writer.pen, self.text)


def hear_languages(writer: Seq2SeqModel, sounds: Sequence[Tensor]) -> Tensor:
    """Return how likely each language of the tokenizer is, summed over recordings."""
    listen, numbers = make_frontend(writer.whole).listen, list(writer.pen.languages)
    total = torch.zeros(len(numbers))
    with torch.inference_mode():
        for sound in sounds:
            frames = listen(sound)[None].to(next(writer.parameters()).device)
            total += writer.languages(frames)[0, numbers].softmax(dim=0).cpu()
    return total


def likeliest(pen: PromptTokenizer, shares: Tensor) -> str:
    """Return the language with the largest share; English where nothing was heard."""
    return list(pen.languages.values())[int(shares.argmax())] if shares.any() else "en"


def read_language(folder: Path) -> str:
    """Return the language that a folder of a base is told to write, "" for the one that is heard."""
    record = json.loads((folder / "model.json").read_text("utf-8"))
    return str(record.get("language", ""))


def ready_decoding(
    whole: WhisperForConditionalGeneration, pen: PromptTokenizer, text: Manner
) -> DecodingConfig:
    """Return how a model writes that was not trained here."""
    prompt = pen.prompt(text.language)
    most = min(
        whole.config.max_target_positions // 2, whole.config.max_target_positions - len(prompt)
    )
    is_small = whole.config.d_model < BASE_WIDTH
    return DecodingConfig(
        prompt,
        most,
        text.case,
        barred=pen.non_speech(()),
        barred_first=pen.barred_first(),
        repeats=LEAST_REPEATS,
        least_window_s=LEAST_WINDOW_S,
        short_window_s=LEAST_WINDOW_S if is_small else LONGEST_WINDOW_S,
        no_speech=pen.no_speech,
        language=text.language,
        numbers=text.numbers,
    )
