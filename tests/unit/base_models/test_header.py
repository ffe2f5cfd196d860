"""The header of a safetensors file: honest ones are read, lying ones refused before anything is allocated."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from bigmodel.base_models.header import HeaderError, read_header


def write(path: Path, header: object, data: bytes = b"", length: int | None = None) -> Path:
    raw = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw) if length is None else length) + raw + data)
    return path


def entry(shape: list[int], begin: int, end: int, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def test_file_of_the_library_is_read(tmp_path: Path) -> None:
    tensors = {"a": np.zeros((3, 4), np.float32), "b": np.zeros(5, np.float16)}
    save_file(tensors, tmp_path / "x.safetensors", metadata={"format": "pt"})
    found = {tensor.name: tensor.shape for tensor in read_header(tmp_path / "x.safetensors")}
    assert found == {"a": (3, 4), "b": (5,)}


@pytest.mark.parametrize(
    ("header", "data", "length"),
    [
        ({}, b"", None),
        ([], b"", None),
        ({"a": entry([1], 0, 4)}, b"1234", 2**63),
        ({"a": entry([1], 0, 4)}, b"12", None),
        ({"a": entry([1], 0, 4)}, b"12345", None),
        ({"a": entry([10**12], 0, 4)}, b"1234", None),
        ({"a": entry([-1], 0, -4)}, b"", None),
        ({"a": entry([1], 0, 4, "PICKLE")}, b"1234", None),
        ({"a": entry([1], 0, 4), "b": entry([1], 2, 6)}, b"123456", None),
        ({"a": entry([1], 4, 8)}, b"12345678", None),
        ({"a": {"dtype": "F32", "shape": "x", "data_offsets": [0, 4]}}, b"1234", None),
        ({"a": entry([True], 0, 4)}, b"1234", None),
    ],
)
def test_lying_header_is_refused(
    header: object, data: bytes, length: int | None, tmp_path: Path
) -> None:
    with pytest.raises(HeaderError):
        read_header(write(tmp_path / "x.safetensors", header, data, length))


def test_file_shorter_than_its_length_field_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"123")
    with pytest.raises(HeaderError):
        read_header(tmp_path / "x")
