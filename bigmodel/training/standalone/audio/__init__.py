"""What programs that go along with a model of recordings share."""
