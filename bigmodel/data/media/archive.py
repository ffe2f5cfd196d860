"""The files of a ZIP as entries of an upload; it never writes but to unnamed files in the scratch folder."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from bigmodel.archive import Bounds, Member, open_archive
from bigmodel.data.media.entry import Entry

HELD_BYTES = 16 * 2**20  # a larger file is unpacked to disk rather than into memory


@contextmanager
def archive_entries(
    path: Path, bounds: Bounds, scratch: Path
) -> Iterator[tuple[tuple[Entry, ...], int]]:
    """Give the files of a ZIP and how many bytes of something else precede it.

    Raises:
        DatasetError: as `open_archive`.
    """
    with closing(open_archive(path, bounds)) as archive:
        members = archive.members
        entries = (Entry(each.name, each.size, _opener(each, scratch)) for each in members)
        yield tuple(entries), archive.prefix


def _opener(member: Member, scratch: Path) -> Callable[[], BinaryIO]:
    def unpack() -> BinaryIO:
        is_small = member.size <= HELD_BYTES
        whole: BinaryIO = BytesIO() if is_small else tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115  (closed by who asked)
        try:
            whole.writelines(member.chunks())
        except BaseException:
            whole.close()
            raise
        whole.seek(0)
        return whole

    return unpack
