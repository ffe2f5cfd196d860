"""From an upload to a checked, split, immutable dataset version: it must never import a task, the store or torch."""
