"""Answer questions from a passage: the words of it that are the answer, or that it does not hold one."""
