"""Models inside installed packages: they are found by name, and nothing is imported to find them."""

import sys

import pytest
from pydantic import ValidationError

from bigmodel.base_models.package import find_folder
from bigmodel.data.projects.record import BaseRecord

BASE = {
    "name": "my-bert",
    "kind": "folder",
    "source": "folder:my-bert",
    "sha256": "",
    "licence": "",
}


@pytest.mark.parametrize("source", ["package:xml.sax/x", "package:json/../..", "package:a b"])
def test_source_that_is_no_plain_package_is_not_looked_up(source: str) -> None:
    sys.modules.pop("xml.sax", None)
    assert find_folder(source) is None
    assert "xml.sax" not in sys.modules


@pytest.mark.parametrize("source", ["package:torch.nn/x", "package:json", "hub:a/b", ""])
def test_base_of_a_project_names_the_source_of_its_kind(source: str) -> None:
    files = {"config.json": "0" * 64}
    with pytest.raises(ValidationError, match="brought here"):
        BaseRecord(key="0" * 16, name="my-bert", record=BASE | {"source": source}, files=files)
