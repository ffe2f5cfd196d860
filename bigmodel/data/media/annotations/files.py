"""Files of which nothing needs to be said, or nothing is said yet; folders called like parts are parts."""

from bigmodel.core.datasets.dataset import NO_LABEL, Form
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.folders import with_splits
from bigmodel.data.media.files import MediaFiles
from bigmodel.data.media.listing import Context

KIND = "none"


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    form = Form.FILES if context.kind == KIND else Form.FOLDERS
    if form == Form.FOLDERS and not (context.unsorted and context.text == NO_LABEL):
        return None
    return Annotated(form, tuple(with_splits(files.items)))


FORMAT = AnnotationFormat("files", order=0, read=_read, kinds=(KIND,))
