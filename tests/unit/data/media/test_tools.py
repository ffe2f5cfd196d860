"""What annotation tools write beside pictures and recordings: CVAT, LabelMe, VIA, Praat and Audacity."""

import json
from collections import Counter

import pytest

from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.annotations.drawings.drawn import Drawn
from tests.unit.data.media.test_annotations import Reading, reading

__all__ = ["reading"]
KINDS = ("cat", "dog")
COUNT = 8
PICTURES = {f"images/{at}.jpg": "" for at in range(COUNT)}
SIDES = (4.0, 6.0, 26.0, 30.0)


def cvat(inside: str) -> dict[str, str]:
    images = "".join(
        f'<image id="{at}" name="{at}.jpg" width="48" height="40">{inside.format(KINDS[at % 2])}</image>'
        for at in range(COUNT)
    )
    return {"annotations.xml": f"<annotations><version>1.1</version>{images}</annotations>"}


def labelme(shapes: bool = True, both: bool = False) -> dict[str, str]:
    files = {}
    for at in range(COUNT):
        shape = {"label": KINDS[at % 2], "points": [[4, 6], [26, 30]], "shape_type": "rectangle"}
        flags = {"cat": at % 2 == 0 or both, "dog": at % 2 == 1}
        told = {"shapes": [shape] * shapes, "flags": flags, "imagePath": f"{at}.jpg"}
        files[f"images/{at}.json"] = json.dumps(told | {"imageWidth": 48, "imageHeight": 40})
    return files


def via(*, is_project: bool) -> dict[str, str]:
    rect = {"name": "rect", "x": 4, "y": 6, "width": 22, "height": 24}
    told: dict[str, object] = {
        f"{at}.jpg77": {
            "filename": f"{at}.jpg",
            "regions": [{"shape_attributes": rect, "region_attributes": {"kind": KINDS[at % 2]}}],
        }
        for at in range(COUNT)
    }
    if is_project:
        told = {"_via_settings": {}, "_via_img_metadata": told}
    return {"via.json": json.dumps(told)}


CREATED = {"a.json": json.dumps([{"image": f"{at}.jpg", "annotations": [{"label": KINDS[at % 2], "coordinates": {"x": 15, "y": 18, "width": 22, "height": 24}}]} for at in range(COUNT)])}  # fmt: skip
DARKNET = {f"images/{at}.txt": f"{at % 2} 0.3125 0.45 0.4583333 0.6" for at in range(COUNT)}
BOX = '<box label="{}" xtl="4" ytl="6" xbr="26" ybr="30"/>'
OUTLINE = '<polygon label="{}" points="4,6;26,6;26,30"/>'


@pytest.mark.parametrize(
    "files",
    [cvat(BOX), cvat(OUTLINE), labelme(), via(is_project=False), via(is_project=True), CREATED],
    ids=["cvat", "outline", "labelme", "via", "project", "createml"],
)
def test_boxes_of_drawing_tools_are_read(reading: Reading, files: dict[str, str]) -> None:
    found = reading.read(PICTURES | files)
    assert found.form == Form.BOXES
    boxes = [box for item in found.items for box in Drawn.from_text(item.label).boxes]
    assert [tuple(box)[:4] for box in boxes] == [SIDES] * COUNT
    assert [box.kind for box in boxes] == [KINDS[at % 2] for at in range(COUNT)]


def test_names_of_darknet_stand_in_a_list_of_labels(reading: Reading) -> None:
    found = reading.read(PICTURES | DARKNET | {"_darknet.labels": "cat\ndog"})
    boxes = [box for item in found.items for box in Drawn.from_text(item.label).boxes]
    assert [box.kind for box in boxes] == [KINDS[at % 2] for at in range(COUNT)]


@pytest.mark.parametrize("files", [cvat('<tag label="{}"/>'), labelme(shapes=False)])
def test_tags_of_whole_pictures_are_classes(reading: Reading, files: dict[str, str]) -> None:
    found = reading.read(PICTURES | files)
    assert Counter(item.label for item in found.items) == dict.fromkeys(KINDS, COUNT // 2)


def test_several_tags_of_a_picture_are_said(reading: Reading) -> None:
    with pytest.raises(DatasetError, match="media_several"):
        reading.read(PICTURES | labelme(shapes=False, both=True))


def test_json_that_lists_the_files_of_each_class_is_read(reading: Reading) -> None:
    told = {kind: [f"{at}.jpg" for at in range(COUNT) if at % 2 == side] for side, kind in enumerate(KINDS)}  # fmt: skip
    found = reading.read(PICTURES | {"classes.json": json.dumps(told)})
    assert [item.label for item in found.items] == [KINDS[at % 2] for at in range(COUNT)]


GRID = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n{0}"IntervalTier"\n{0}"phones"\n0\n1\n1\n0\n1\n"h e l o"\n{0}"IntervalTier"\n{0}"words"\n0\n1\n2\n{0}""\n{0}"hello ""{1}"""'


@pytest.mark.parametrize("mark", ["", "text = "])
def test_tier_of_words_says_what_is_spoken(reading: Reading, mark: str) -> None:
    files = {f"{at}.wav": "" for at in range(COUNT)}
    files |= {f"{at}.TextGrid": GRID.format(mark, at) for at in range(COUNT)}
    found = reading.read(files)
    assert (found.form, found.items[3].label) == (Form.TRANSCRIPTS, 'hello "3"')


@pytest.mark.parametrize(
    ("label", "form"), [("{0}", Form.FOLDERS), ("sentence {1}", Form.TRANSCRIPTS)]
)
def test_one_label_of_a_track_is_a_class_where_they_are_few(
    reading: Reading, label: str, form: str
) -> None:
    files = {f"{at}.wav": "" for at in range(COUNT)}
    files |= {f"{at}.txt": f"0.0\t1.5\t{label.format(KINDS[at % 2], at)}\n" for at in range(COUNT)}
    found = reading.read(files)
    assert (found.form, found.items[3].label) == (form, label.format("dog", 3))
