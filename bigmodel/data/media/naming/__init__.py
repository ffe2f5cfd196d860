"""Which files of an upload are meant by the names that its tables and lists write; none is opened by such a name."""
