"""Files of which nothing needs to be said, for tasks that learn from the files alone; folders called like parts are parts."""

from bigmodel.core.datasets.dataset import Form
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.folders import with_splits
from bigmodel.data.media.files import MediaFiles
from bigmodel.data.media.listing import Context

KIND = "none"


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    if context.kind != KIND:
        return None
    return Annotated(Form.FILES, tuple(with_splits(files.items)))


FORMAT = AnnotationFormat("files", order=8, read=_read, kinds=(KIND,))
