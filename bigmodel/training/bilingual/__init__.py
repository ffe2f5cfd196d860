"""Translation models: phrase tables, Transformers, prediction."""
