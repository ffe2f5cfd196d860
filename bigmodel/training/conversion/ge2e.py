"""The GE2E speaker encoder (Wan et al. 2018): three recurrent layers over 40 mel bands, and a projection."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from bigmodel.training.conversion.safe_folder import (
    read_pickle,
    require_same,
    write_json,
    write_model,
)

CONFIG = {
    "model_type": "ge2e",
    "num_mel_bins": 40,
    "hidden_size": 256,
    "num_hidden_layers": 3,
    "output_hidden_size": 256,
}
HEARING = {"sampling_rate": 16_000, "feature_size": 40, "hop_length": 160, "n_fft": 400}


class SpeakerEncoder(nn.Module):
    """The network as its makers store it; it turns 1.6 s of mel frames into a vector of who speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(40, 256, 3, batch_first=True)
        self.linear = nn.Linear(256, 256)


def convert(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the encoder alone: what training had beside it is left out."""
    (content,) = files.values()
    stored = read_pickle(content)["model_state"]
    weights = {n: v for n, v in stored.items() if n.startswith(("lstm.", "linear."))}
    with torch.device("meta"):
        require_same(SpeakerEncoder(), weights)
    write_model(folder, CONFIG, weights)
    write_json(folder / "preprocessor_config.json", HEARING)
