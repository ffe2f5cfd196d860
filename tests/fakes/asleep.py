"""A supervisor that need not wake, because nothing queued here is ever trained."""


class Asleep:
    """What `ControlService` calls once a job is queued."""

    def wake(self) -> None:
        """Do nothing."""
