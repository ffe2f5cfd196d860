"""Search of a dataset's own rows by a base as it is: those most like a text or a picture."""
