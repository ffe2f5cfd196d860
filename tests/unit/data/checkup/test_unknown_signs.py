"""Signs that a base has no piece for are counted by the base's own tokenizer; one that falls back to bytes knows all."""

import json

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from bigmodel.data.checkup.child import look_at
from bigmodel.data.checkup.run import _tokenizers, has_classes
from bigmodel.settings import Settings
from tests.unit.data.checkup.test_kinds import clean_rows, version_of


def pieces() -> Tokenizer:
    known = [("<unk>", 0.0), *((letter, -1.0) for letter in "abcdefghijklmnopqrstuvwxyz")]
    return Tokenizer(models.Unigram(known, unk_id=0))


def whole_bytes() -> Tokenizer:
    alphabet = {sign: at for at, sign in enumerate(pre_tokenizers.ByteLevel.alphabet())}
    made = Tokenizer(models.BPE(alphabet, []))
    made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(), decoders.ByteLevel()
    return made


@pytest.mark.parametrize(("made", "count"), [(pieces, 10), (whole_bytes, 0)])
def test_signs_without_a_piece_are_found(settings: Settings, made: object, count: int) -> None:
    rows = [
        [f"{text} \u16a0" if at < 10 else text, label]
        for at, (text, label) in enumerate(clean_rows())
    ]
    version = version_of(settings, rows, ("text", "label"))
    model = settings.bases / "tiny" / "model"
    model.mkdir(parents=True)
    made().save(str(model / "tokenizer.json"))  # type: ignore[operator]
    about = {"base": {"name": "tiny", "medium": "text", "writes": False}}
    (model.parent / "base.json").write_text(json.dumps(about))
    request = {
        "folder": str(settings.home / version.folder),
        "recipe": version.recipe.to_json(),
        "has_classes": has_classes(version),
        "tokenizers": _tokenizers(settings),
    }
    found = look_at(request, lambda _share: None).find("unknown_signs")
    assert (found.count if found else 0) == count
    assert found is None or (found.args["base"], found.args["signs"]) == ("tiny", "\u16a0")
