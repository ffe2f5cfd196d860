"""A small Transformer for a person's own text, with a tokenizer trained on it; it never needs a file from elsewhere."""

import math
from collections import Counter
from collections.abc import Sequence

from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from bigmodel.training.pretrained import set_outputs

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
MOST_LETTERS = 6000
MOST_WORDS = 16_000


def make_scratch(
    texts: Sequence[str],
    *,
    outputs: int,
    labels: tuple[str, ...],
    most_tokens: int,
    network: type[PreTrainedModel] = BertForSequenceClassification,
    lowercase: bool = True,
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return a model with random weights, sized to the texts, and its tokenizer."""
    tokenizer = train_tokenizer(texts, most_tokens, lowercase=lowercase)
    width, depth = size_for(sum(map(len, texts)))
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        num_hidden_layers=depth,
        num_attention_heads=width // 32,
        intermediate_size=2 * width,
        max_position_embeddings=most_tokens,
        attention_probs_dropout_prob=0.0,
        hidden_dropout_prob=0.2,
        pad_token_id=0,
    )
    set_outputs(config, outputs, labels)
    config._attn_implementation = "eager"
    return network(config), tokenizer


def size_for(characters: int) -> tuple[int, int]:
    """Return (width, layers): small data cannot fill a large model, and large data wastes a small one."""
    if characters < 200_000:
        return 128, 2
    return (192, 3) if characters < 5_000_000 else (256, 4)


def train_tokenizer(
    texts: Sequence[str], most_tokens: int, *, lowercase: bool = True
) -> PreTrainedTokenizerBase:
    """Train byte pairs (Sennrich et al. 2016) on the texts, the same every time.

    The letters are chosen here: the trainer's choice among equally rare ones is by chance, as are the
    numbers it gives to word pieces with a prefix. A Chinese character is a word of its own.
    """
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))  # noqa: S106  (no secret)
    tokenizer.normalizer = normalizers.BertNormalizer(
        lowercase=lowercase, handle_chinese_chars=True
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()]
    )
    tokenizer.decoder = decoders.Metaspace()
    letters = _letters(tokenizer, texts)
    trainer = trainers.BpeTrainer(
        vocab_size=_words_for(sum(map(len, texts))) + len(letters),
        min_frequency=2,
        special_tokens=SPECIAL,
        initial_alphabet=letters,
        limit_alphabet=len(letters),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_max_length=most_tokens,
        pad_token="[PAD]",  # noqa: S106
        unk_token="[UNK]",  # noqa: S106
        cls_token="[CLS]",  # noqa: S106
        sep_token="[SEP]",  # noqa: S106
        mask_token="[MASK]",  # noqa: S106
    )


def _letters(tokenizer: Tokenizer, texts: Sequence[str]) -> list[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(tokenizer.normalizer.normalize_str(text))
    often = sorted(counts, key=lambda letter: (-counts[letter], letter))
    return ["\u2581", *(letter for letter in often if not letter.isspace())][:MOST_LETTERS]


def _words_for(characters: int) -> int:
    return min(MOST_WORDS, max(500, int(4 * math.sqrt(characters))))
