"""A joint vocabulary of both languages by byte pair encoding (Sennrich, Haddow and Birch 2016), learnt from the pairs."""

from collections.abc import Sequence

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from bigmodel.training.bilingual.tokens import UNSPACED

SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")
NAMES = ("pad_token", "bos_token", "eos_token", "unk_token")
PAD, BEGIN_PIECE, END_PIECE = 0, 1, 2
MOST_PIECES, FEWEST_PIECES = 8_000, 200
CHARACTERS_A_PIECE = 60  # of training text: a smaller text gets a smaller vocabulary


def learn_pieces(texts: Sequence[str], most_tokens: int) -> PreTrainedTokenizerFast:
    """Return a tokenizer of these texts; characters of scripts without spaces stand alone."""
    size = sum(map(len, texts)) // CHARACTERS_A_PIECE
    tokenizer = Tokenizer(models.BPE(unk_token=SPECIAL[-1]))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(f"[{UNSPACED}]"), "isolated"),
            pre_tokenizers.Metaspace(prepend_scheme="first"),
            pre_tokenizers.Punctuation(),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first")
    trainer = trainers.BpeTrainer(
        vocab_size=max(FEWEST_PIECES, min(MOST_PIECES, size)),
        special_tokens=list(SPECIAL),
        min_frequency=2,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        **dict(zip(NAMES, SPECIAL, strict=True)),
        model_max_length=most_tokens,
    )
