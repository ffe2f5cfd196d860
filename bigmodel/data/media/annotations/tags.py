"""Words about whole pictures in files of drawing tools: tags of CVAT, flags of LabelMe; what is drawn in them is boxes, and none of this."""

from collections.abc import Iterator
from dataclasses import replace

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations import Annotated, AnnotationFormat
from bigmodel.data.media.annotations.drawings.cvat import cvat_files
from bigmodel.data.media.annotations.drawings.drawn import Pictures, kind
from bigmodel.data.media.annotations.drawings.shapes import shape_files
from bigmodel.data.media.annotations.folders import with_splits
from bigmodel.data.media.files import IMAGE, MediaFiles
from bigmodel.data.media.listing import Context
from bigmodel.data.media.naming.lookup import listed

ENOUGH = 0.5  # of the pictures have a word


def _read(files: MediaFiles, context: Context) -> Annotated | None:
    if files.medium != IMAGE:
        return None
    pictures = Pictures(files.items)
    said: dict[str, list[str]] = {}
    sources: list[str] = []
    for source, name, words in (*_of_cvat(files, pictures), *_of_labelme(files, pictures)):
        said[name] = words
        sources.append(source)
    if sum(map(bool, said.values())) < ENOUGH * len(files.items):
        return None
    if any(len(words) > 1 for words in said.values()):
        kinds = sorted({word for words in said.values() for word in words})
        raise DatasetError("media_several", columns_found=listed(kinds))
    labels = {name: words[0] for name, words in said.items() if words}
    if len(set(labels.values())) < 2:
        return None
    items = [replace(item, label=labels.get(item.entry.name, "")) for item in files.items]
    used = tuple(dict.fromkeys(sources))
    classes = len(set(labels.values()))
    context.findings.note(
        "list_used", level="info", count=len(labels), names=listed(used, 8), classes=classes
    )
    return Annotated(Form.FOLDERS, tuple(with_splits(items)), used)


def _of_cvat(files: MediaFiles, pictures: Pictures) -> Iterator[tuple[str, str, list[str]]]:
    for entry, root in cvat_files(files.others):
        for image in root.iter("image"):
            if (picture := pictures.named(image.get("name", ""), entry)) is not None:
                words = [kind(tag.get("label", "")) for tag in image.iter("tag")]
                yield entry.name, picture.name, [word for word in words if word]


def _of_labelme(files: MediaFiles, pictures: Pictures) -> Iterator[tuple[str, str, list[str]]]:
    for entry, told in shape_files(files.others):
        flags = told.get("flags")
        picture = pictures.named(str(told.get("imagePath", "")), entry)
        if isinstance(flags, dict) and picture is not None:
            yield entry.name, picture.name, [kind(name) for name, is_set in flags.items() if is_set]


FORMAT = AnnotationFormat("tags", order=1, read=_read, kinds=("label",))
