"""Documents said in other words and given back in their shape, one kind of file a module."""
