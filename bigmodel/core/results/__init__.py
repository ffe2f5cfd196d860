"""Values of evaluated models: results, comparisons and aligned texts."""
