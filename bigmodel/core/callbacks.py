"""Functions that are handed on: what says a text, and what hears how far something is. Types only."""

from collections.abc import Callable

from bigmodel.core.message import Message

Say = Callable[..., str]  # a text by its key and arguments, in the person's language
Tell = Callable[[Message], str]  # a message as a sentence, in the person's language
OnShare = Callable[[float], None]  # hears which share of 1 is done
OnCount = Callable[[int, int], None]  # hears how many of how many are done
