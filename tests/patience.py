"""How long a test waits for a condition: so long that only a real hang is ever cut short, on however busy a machine."""

PATIENCE_S = 300.0
PATIENCE_MS = 1_000 * PATIENCE_S
