"""Programs that go along with a downloaded model: whole files without a line of this app, and never imported by it."""
