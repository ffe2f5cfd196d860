"""Long recordings: where they are cut at pauses, and how their pieces are heard."""
