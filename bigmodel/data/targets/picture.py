"""Targets that are pictures: what each picture should look like. A clear photo is its own; it opens no file."""

from bigmodel.core.datasets.dataset import Form
from bigmodel.data.targets.twin import TwinKind


class PictureKind(TwinKind):
    """The clear picture beside each. Rows are not told apart by it: all have one stratum."""

    name = "picture"
    forms = (Form.PICTURES,)

    @property
    def is_told(self) -> bool:
        """Photos without folders tell nothing of what is wanted with them."""
        return False


KIND = PictureKind()
