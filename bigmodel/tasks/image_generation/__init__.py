"""Pictures that a model makes: photos in, more of their kind out."""
