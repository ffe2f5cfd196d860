"""Language models of others: low-rank adapters on them, and how each family puts the turns of a conversation together."""
