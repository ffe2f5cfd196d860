"""What a training begins at: a fresh network, or one that has enhanced many photos before; it trains nothing."""

import json
from dataclasses import replace
from typing import Any

from safetensors.torch import load_file

from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles
from bigmodel.training.enhancement.net import SPAN, Enhancer, EnhancerSize, Span, make_net
from bigmodel.training.enhancement.recipe import EnhanceParams

SCRATCH = "scratch"
LAST = "upsampler."


def begun(base: BaseFiles, scale: int, params: EnhanceParams) -> Enhancer | Span:
    """Return the network that a training begins at.

    A base that was not made for this scale lends all but its last layer, which then begins at the plain picture.

    Raises:
        ModelError: `base_has_no_files`; `base_cannot_be_loaded`, it is no base that enhances pictures.
    """
    if base.kind == SCRATCH:
        return make_net(EnhancerSize(scale, params.blocks, params.channels))
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        config = json.loads((base.folder / "config.json").read_text("utf-8"))
        if config.get("model_type") != SPAN:
            raise ValueError(f"{config.get('model_type')} does not enhance pictures")
        return _lent(load_file(base.folder / "model.safetensors"), config, scale)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error)[:300]
        raise ModelError("base_cannot_be_loaded", base=base.name, reason=reason) from error


def precision(net: Enhancer | Span, params: EnhanceParams) -> Any:
    """Return the precision asked for; SPAN answers whole colours, of which 16 bits would lose the last ones."""
    return "fp32" if params.precision == "auto" and net.size.family == SPAN else params.precision


def _lent(weights: dict[str, Any], config: dict[str, Any], scale: int) -> Span:
    size = EnhancerSize(scale, config["blocks"], config["channels"], SPAN, is_added=False)
    scales: list[int] = config["scales"]
    is_made_for_it = scale in scales
    start = f"x{scale if is_made_for_it else scales[0]}."
    own = {n.removeprefix(start): v.float() for n, v in weights.items() if n.startswith(start)}
    if not is_made_for_it:
        size = replace(size, is_added=True)
        own = {name: value for name, value in own.items() if not name.startswith(LAST)}
    net = Span(size)
    found = net.load_state_dict(own, strict=is_made_for_it)
    if any(not name.startswith(LAST) for name in found.missing_keys) or found.unexpected_keys:
        raise ValueError(f"weights differ: {found.missing_keys[:3]}")
    return net
