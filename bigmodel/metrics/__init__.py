"""Answers and truths in, numbers out: numpy only, so that pages may compute without torch."""
