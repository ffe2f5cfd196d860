"""Boxes of Pascal VOC, COCO and YOLO come in with their pictures, stay on what they are around, and what is left out is said."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from bigmodel.archive import Bounds
from bigmodel.core.datasets.boxes import Box, boxed_of, boxes_of
from bigmodel.core.datasets.dataset import Form
from bigmodel.core.errors import DatasetError
from bigmodel.data.media.reading import MediaUpload, ReadOptions
from bigmodel.data.tables.table import Limits

WIDTH, HEIGHT = 60, 40
CAT = Box(10, 5, 30, 25, "cat")
Files = dict[str, bytes]


class Reading:
    """A ZIP as it is read: rows by the name of their file, and what is said."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0

    def __call__(self, files: Files, **wishes: Any) -> dict[str, dict[str, str]]:
        self._count += 1
        home = self._folder / str(self._count)
        for name in ("media", "scratch"):
            (home / name).mkdir(parents=True)
        with zipfile.ZipFile(home / "boxes.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        limits, bounds = Limits(1000, 100, 10_000, 100), Bounds(1000, 10**8, 10**7)
        table, options = home / "rows.parquet", ReadOptions(**wishes)
        upload = MediaUpload(
            home / "media", table, home / "scratch", limits, bounds, options, lambda _: None
        )
        report = upload.read_archive(home / "boxes.zip")
        self.form = report["form"]
        self.said = {p["key"].removeprefix("data.reading."): p["args"] for p in report["problems"]}
        return {row["col.file"]: row for row in pq.read_table(table).to_pylist()}


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def picture(seed: int = 0, orientation: int = 1, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    exif = Image.Exif()
    if orientation != 1:
        exif[0x0112] = orientation
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", **({"exif": exif} if len(exif) else {}))
    return out.getvalue()


def pictures(pattern: str = "images/{}.jpg", count: int = 6) -> Files:
    return {pattern.format(number): picture(number) for number in range(count)}


def voc(*boxes: Box, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    objects = "".join(
        f"<object><name>{b.kind}</name><bndbox><xmin>{b.left}</xmin><ymin>{b.top}</ymin>"
        f"<xmax>{b.right}</xmax><ymax>{b.bottom}</ymax></bndbox></object>"
        for b in boxes
    )
    sides = f"<width>{size[0]}</width><height>{size[1]}</height>"
    return f"<annotation><size>{sides}</size>{objects}</annotation>".encode()


def coco(names: list[str], **more: Any) -> bytes:
    images = [
        {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}
        for number, name in enumerate(names)
    ]
    boxes = [
        {"id": number, "image_id": number, "category_id": 7, "bbox": [10, 5, 20, 20]}
        for number in range(len(names))
    ]
    lists = {"images": images, "annotations": boxes, "categories": [{"id": 7, "name": "cat"}]}
    return json.dumps({**lists, **more}).encode()


YOLO = b"0 0.33333333 0.375 0.33333333 0.5\n"  # the same box in fractions


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("Pascal VOC", pictures() | {f"annotations/{n}.xml": voc(CAT) for n in range(6)}),
        ("COCO", pictures() | {"coco.json": coco([f"{n}.jpg" for n in range(6)])}),
        (
            "YOLO",
            pictures("images/train/{}.jpg")
            | {f"labels/train/{n}.txt": YOLO for n in range(6)}
            | {"data.yaml": b"names:\n  0: cat\n"},
        ),
        (
            "YOLO",
            pictures("train/{}.jpg") | {f"train/{n}.txt": YOLO for n in range(6)} | {"classes.txt": b"cat\n"},
        ),
    ],
)  # fmt: skip
def test_every_format_gives_the_same_boxes(reading: Reading, source: str, files: Files) -> None:
    rows = reading(files)
    assert reading.form == Form.BOXES
    for row in rows.values():
        [box] = boxes_of(row["col.boxes"])
        assert box.kind == "cat"
        assert np.allclose(box[:4], CAT[:4], atol=0.02)
    assert reading.said["boxes_read"] == {"source": source, "count": 6, "pictures": 6, "kinds": 1}
    assert set(reading.said) == {"boxes_read"}


VIA = (
    '{0}.jpg,99,"{{}}",1,0,"{{""name"":""rect"",""x"":10,""y"":5,""width"":20,""height"":20}}",'
    '"{{""kind"":""cat""}}"'
)
SHARES = (10 / WIDTH, 5 / HEIGHT, 30 / WIDTH, 25 / HEIGHT)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("filename,width,height,class,xmin,ymin,xmax,ymax", "{0}.jpg,60,40,cat,10,5,30,25"),
        ("ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax", "{0},x,cat,1,{1},{3},{2},{4}"),
        ("image;label;x;y;width;height", "C:\\photos\\{0}.jpg;cat;10;5;20;20"),
        ("image_id,width,height,bbox,class", '{0},60,40,"[10.0, 5.0, 20.0, 20.0]",cat'),
        ("", "images/{0}.jpg,10,5,30,25,cat"),
        ("", "UNASSIGNED,gs://bucket/{0}.jpg,cat,{1},{2},,,{3},{4},,"),
        ("filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes", VIA),
    ],
)  # fmt: skip
def test_tables_give_the_same_boxes(reading: Reading, head: str, line: str) -> None:
    lines = [head] * bool(head) + [line.format(n, *SHARES) for n in range(6)]
    rows = reading(pictures() | {"boxes.csv": "\n".join(lines).encode()})
    assert reading.form == Form.BOXES
    for row in rows.values():
        [box] = boxes_of(row["col.boxes"])
        assert (box.kind, *np.round(box[:4], 1)) == ("cat", *CAT[:4])
    assert reading.said["boxes_read"] == {"source": "CSV", "count": 6, "pictures": 6, "kinds": 1}
    assert set(reading.said) == {"boxes_read"}


def test_what_a_table_leaves_out_is_said(reading: Reading) -> None:
    lines = [
        "filename,xmin,ymin,xmax,ymax",
        *("0.jpg,10,5,30,25", "0.jpg,0,0,9,9", "1.jpg,,,,", "2.jpg,1,2,many,9", "gone.jpg,1,1,9,9"),
    ]
    rows = reading(pictures(count=4) | {"boxes.csv": "\n".join(lines).encode()})
    assert [box.kind for box in boxes_of(rows["images/0.jpg"]["col.boxes"])] == ["object"] * 2
    assert boxes_of(rows["images/1.jpg"]["col.boxes"]) == ()
    assert {"boxes_unclassed", "boxes_unread", "boxes_absent", "boxes_background", "boxes_unlisted"} <= set(reading.said)  # fmt: skip


def test_tables_of_parts_and_columns_of_parts_give_the_split(reading: Reading) -> None:
    head = "filename,class,xmin,ymin,xmax,ymax"
    both = {f"{part}_labels.csv": "\n".join([head, *(f"{n}.jpg,cat,10,5,30,25" for n in numbers)]).encode() for part, numbers in (("train", range(4)), ("test", range(4, 6)))}  # fmt: skip
    rows = reading(pictures() | both)
    assert [rows[f"images/{n}.jpg"]["given"] for n in (0, 4)] == ["train", "test"]
    parts = ["TRAIN"] * 4 + ["TEST"] * 2
    lines = [f"{part},{n}.jpg,cat,.1,.1,,,.5,.5,," for n, part in enumerate(parts)]
    rows = reading(pictures() | {"boxes.csv": "\n".join(lines).encode()})
    assert [rows[f"images/{n}.jpg"]["given"] for n in (0, 4)] == ["train", "test"]


def test_image_sets_of_pascal_voc_give_the_split(reading: Reading) -> None:
    sets = {"train": (0, 1, 2), "val": (3, 4), "trainval": (0, 1, 2, 3, 4), "test": (5,)}
    files = pictures("JPEGImages/{}.jpg") | {f"Annotations/{n}.xml": voc(CAT) for n in range(6)}
    files |= {f"ImageSets/Main/{part}.txt": "\n".join(map(str, numbers)).encode() for part, numbers in sets.items()}  # fmt: skip
    files |= {"ImageSets/Main/cat_train.txt": b"0  1\n1 -1\n2  1\n"}
    rows = reading(files)
    given = [rows[f"JPEGImages/{n}.jpg"]["given"] for n in range(6)]
    assert given == ["train"] * 3 + ["validation"] * 2 + ["test"]
    assert reading.said["boxes_read"]["source"] == "Pascal VOC"


def test_lists_of_parts_give_the_split(reading: Reading) -> None:
    lists = {f"{part}/_annotations.coco.json": part for part in ("train", "valid")}
    files = {f"{part}/{n}.jpg": picture(n + 9 * (part == "valid")) for part in lists.values() for n in range(4)}  # fmt: skip
    files |= {name: coco([f"{n}.jpg" for n in range(4)]) for name in lists}
    rows = reading(files)
    assert {row["given"] for name, row in rows.items() if name.startswith("valid")} == {
        "validation"
    }
    assert {row["given"] for name, row in rows.items() if name.startswith("train")} == {"train"}


def test_what_is_left_out_is_said(reading: Reading) -> None:
    boxes = [
        {"id": 1, "image_id": 0, "category_id": 7, "bbox": [10, 5, 20, 20]},
        {"id": 2, "image_id": 0, "category_id": 7, "bbox": [50, 30, 40, 40]},  # over the rim
        {"id": 3, "image_id": 1, "category_id": 7, "bbox": [90, 90, 5, 5]},  # beside the picture
        {"id": 4, "image_id": 1, "category_id": 7, "bbox": [5, 5, 0, 9]},
        {"id": 5, "image_id": 1, "category_id": 8, "bbox": [5, 5, 9, 9]},  # of no class
        {"id": 6, "image_id": 2, "category_id": 7, "bbox": [5, 5, 9, 9], "iscrowd": 1},
        {"id": 7, "image_id": 77, "category_id": 7, "bbox": [5, 5, 9, 9]},
        {"id": 8, "image_id": 3, "category_id": 7, "segmentation": [[1, 1, 9, 1, 9, 9]]},
        {"id": 9, "image_id": 3, "category_id": 7, "bbox": ["a", None, 9, 9]},
    ]
    names = [f"{n}.jpg" for n in range(4)] + ["gone.jpg"]
    rows = reading(pictures() | {"coco.json": coco(names, annotations=boxes)})
    said = {name: args.get("count") for name, args in reading.said.items()}
    assert said == {
        "boxes_read": 3, "boxes_background": 2, "boxes_clipped": 1, "boxes_outside": 1, "boxes_blank": 1, "boxes_unread": 1,
        "boxes_unnamed": 1, "boxes_crowd": 1, "boxes_astray": 1, "boxes_outlines": 1, "boxes_absent": 1,
        "boxes_unlisted": 2,
    }  # fmt: skip
    assert boxes_of(rows["images/0.jpg"]["col.boxes"])[1] == Box(50, 30, 60, 40, "cat")
    assert boxed_of(rows["images/2.jpg"]["col.boxes"]) is not None
    assert rows["images/5.jpg"]["col.boxes"] == ""


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_stay_where_the_camera_was_turned(reading: Reading, orientation: int) -> None:
    lying = orientation >= 5
    upright = (HEIGHT, WIDTH) if lying else (WIDTH, HEIGHT)
    files = pictures(count=5) | {f"annotations/{n}.xml": voc(CAT) for n in range(5)}
    files["images/0.jpg"] = picture(0, orientation)
    files["annotations/0.xml"] = voc(CAT, size=upright)  # drawn on the picture as it is seen
    row = reading(files)["images/0.jpg"]
    assert boxed_of(row["col.boxes"]) is not None
    assert boxes_of(row["col.boxes"]) == (CAT,)
    files["annotations/0.xml"] = voc(CAT, size=(WIDTH, HEIGHT))  # drawn on it as it is stored
    row = reading(files)["images/0.jpg"]
    if lying:
        assert boxes_of(row["col.boxes"]) != (CAT,)
        assert reading.said["boxes_turned"] == {"count": 1}


def test_boxes_shrink_with_a_large_picture(reading: Reading) -> None:
    files = pictures(count=5) | {f"annotations/{n}.xml": voc(CAT) for n in range(5)}
    files["images/0.jpg"] = picture(0, size=(1536, 1024))
    files["annotations/0.xml"] = voc(Box(100, 200, 300, 400, "cat"), size=(1536, 1024))
    found = boxed_of(reading(files)["images/0.jpg"]["col.boxes"])
    assert found is not None
    assert found.size == (768, 512)
    assert found.boxes == (Box(50, 100, 150, 200, "cat"),)


HOSTILE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxx">]><annotation>&x;</annotation>'


def test_entities_are_refused(reading: Reading) -> None:
    files = pictures() | {f"annotations/{n}.xml": voc(CAT) for n in range(6)}
    with pytest.raises(DatasetError, match="boxes_hostile"):
        reading(files | {"annotations/3.xml": HOSTILE})


def test_broken_annotations_leave_their_pictures_out(reading: Reading) -> None:
    files = pictures() | {f"annotations/{n}.xml": voc(CAT) for n in range(6)}
    rows = reading(files | {"annotations/3.xml": b"<annotation><object>"})
    assert reading.said["boxes_bad"] == {"count": 1, "names": "annotations/3.xml"}
    assert rows["images/3.jpg"]["col.boxes"] == ""
    assert reading.said["boxes_read"]["count"] == 5


@pytest.mark.parametrize(
    "text", [b"[" * 50_000, b'{"images": [], "annotations": 5}', b"names: &a [*a, *a]"]
)
def test_odd_files_are_no_boxes(reading: Reading, text: bytes) -> None:  # fmt: skip
    files = pictures() | {f"annotations/{n}.xml": voc(CAT) for n in range(6)}
    reading(files | {"odd.json": text, "odd.yaml": text})
    assert reading.said["boxes_read"]["count"] == 6


def test_yolo_of_unknown_classes(reading: Reading) -> None:
    files = pictures() | {f"labels/{n}.txt": YOLO for n in range(4)}
    rows = reading(files)
    assert boxes_of(rows["images/0.jpg"]["col.boxes"])[0].kind == "0"
    assert reading.said["boxes_numbers"] == {"count": 1}
    assert reading.said["boxes_background"] == {"count": 2}
    reading(files | {"classes.txt": b"cat", "labels/1.txt": YOLO + b"3 .5 .5 .1 .1\n"})
    assert reading.said["boxes_unnamed"] == {"count": 1}


def test_class_folders_win_unless_boxes_are_asked_for(reading: Reading) -> None:
    names = [f"{kind}/{kind}{n}" for kind in ("left", "right") for n in range(3)]
    files = {f"{name}.jpg": picture(at) for at, name in enumerate(names)}
    files |= {f"{name}.xml": voc(CAT) for name in names}
    reading(files)
    assert reading.form == Form.FOLDERS
    reading(files, kind="boxes")
    assert reading.form == Form.BOXES


def test_pictures_to_sort_into_classes_are_refused(reading: Reading) -> None:
    with pytest.raises(DatasetError, match="media_boxes"):
        reading(pictures() | {f"annotations/{n}.xml": voc(CAT) for n in range(6)}, kind="label")


def test_pictures_without_any_box_are_refused(reading: Reading) -> None:
    with pytest.raises(DatasetError, match="boxes_none"):
        reading(pictures() | {f"annotations/{n}.xml": voc() for n in range(6)})


def test_lists_of_the_same_pictures_add_to_each_other(reading: Reading) -> None:
    names = [f"{n}.jpg" for n in range(6)]
    dog = {"annotations": [{"id": 0, "image_id": 0, "category_id": 7, "bbox": [0, 0, 8, 8]}], "categories": [{"id": 7, "name": "dog"}]}  # fmt: skip
    captions = {"annotations": [{"id": 0, "image_id": 0, "caption": "a cat"}], "categories": []}
    lists = {
        "annotations/a_instances.json": coco(names),
        "annotations/b_keypoints.json": coco(names, **dog),
        "annotations/c_captions.json": coco(names, **captions),
    }
    rows = reading(pictures() | lists)
    found = boxes_of(rows["images/0.jpg"]["col.boxes"])
    assert sorted(box.kind for box in found) == ["cat", "dog"]
    assert len(boxes_of(rows["images/5.jpg"]["col.boxes"])) == 1
    assert "boxes_unnamed" not in reading.said


def test_names_in_yaml_are_texts_and_poses_are_boxes(reading: Reading) -> None:
    pose = YOLO.strip() + b" 0.5 0.5 2\n"  # one point of a pose, and how well it is seen
    labels = {f"labels/{n}.txt": pose.replace(b"0", b"1", 1) for n in range(6)}
    rows = reading(pictures() | labels | {"data.yaml": b"names: [yes, no]\n"})
    [box] = boxes_of(rows["images/0.jpg"]["col.boxes"])
    assert box.kind == "no"
    assert box[:4] == pytest.approx(CAT[:4], abs=0.1)


def test_one_stray_file_takes_no_place_of_boxes_that_are_whole(reading: Reading) -> None:
    files = pictures() | {f"annotations/{n}.xml": voc(CAT) for n in range(5)}
    rows = reading(files | {"labels/5.txt": YOLO})
    assert [box.kind for box in boxes_of(rows["images/0.jpg"]["col.boxes"])] == ["cat"]


def test_numbers_that_are_no_boxes_are_seen_as_such_at_once(reading: Reading) -> None:
    marks = b"1 " + b"-0.5 " * 60 + b"nan\n"
    with pytest.raises(DatasetError):
        reading(pictures() | {f"labels/{n}.txt": marks for n in range(6)})


@pytest.mark.parametrize("size", ["[Infinity, 3]", "[NaN, 3]", '["wide", 3]', "[null, 3]", "[4]"])
def test_a_cell_with_a_size_that_is_none_holds_no_boxes(size: str) -> None:
    assert boxed_of(f'{{"size": {size}, "boxes": []}}') is None
    assert boxed_of('{"size": [4, 3], "boxes": [[1e999, 0, 1, 1, "cat"]]}') is None
