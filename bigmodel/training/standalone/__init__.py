"""Programs that go along with a downloaded model, and what they share: each is written out whole, without this app."""
