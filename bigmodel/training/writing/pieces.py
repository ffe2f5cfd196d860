"""A vocabulary of one's own by byte pair encoding over bytes (Sennrich, Haddow and Birch 2016): every text can be written with it."""

from collections.abc import Sequence

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from bigmodel.training.writing.bases.manners import ANSWER_MARK, END_MARK, PERSON_MARK, manner_of

PADDING = "<|pad|>"
SPECIAL = (PADDING, END_MARK, PERSON_MARK, ANSWER_MARK)
MOST_PIECES, FEWEST_PIECES = 6_000, 300
CHARACTERS_A_PIECE = 60  # of training text: a smaller text gets a smaller vocabulary


def learn_pieces(
    texts: Sequence[str], most_tokens: int, *, is_chat: bool
) -> PreTrainedTokenizerBase:
    """Return a tokenizer of these texts; one of conversations knows how turns are put together."""
    size = sum(map(len, texts)) // CHARACTERS_A_PIECE
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=max(FEWEST_PIECES, min(MOST_PIECES, size)),
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    if not is_chat:  # what is asked begins as texts of the training do
        end = (END_MARK, SPECIAL.index(END_MARK))
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{END_MARK} $A", special_tokens=[end]
        )
    made = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token=PADDING,
        eos_token=END_MARK,
        additional_special_tokens=[PERSON_MARK, ANSWER_MARK],
        model_max_length=most_tokens,
        clean_up_tokenization_spaces=False,
    )
    made.chat_template = manner_of(made).template if is_chat else None
    return made
