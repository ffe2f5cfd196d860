"""YAML: lists of records, read as texts as they stand; tags, anchors and references are refused, nothing of the file is made or run."""

from pathlib import Path

from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.encoding import find_encoding, read_lines
from bigmodel.data.tables.readers import Reader
from bigmodel.data.tables.readers.jsonl import copy_records, keyed
from bigmodel.data.tables.table import Target

MOST_CHARACTERS = 50_000_000


def _read(path: Path, target: Target) -> None:
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415  (only such files need it)

    encoding = find_encoding(path)
    target.encoding = encoding.name
    text = "".join(read_lines(path, encoding, target.findings))
    if len(text) > MOST_CHARACTERS:
        raise DatasetError("table_big", mb=len(text) // 2**20, limit=MOST_CHARACTERS // 2**20)
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every value is a text: "no" stays "no"
    try:
        if any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(text, Loader=loader)):
            raise DatasetError("yaml_references")
        documents = [each for each in yaml.load_all(text, Loader=loader) if each]
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise DatasetError("yaml_broken", line=mark.line + 1 if mark else 1) from error
    value = documents[0] if len(documents) == 1 else documents
    copy_records(lambda findings: keyed(value, findings), target)


READER = Reader(
    name="yaml",
    order=-6,
    endings=(".yaml", ".yml"),
    claims=lambda head, path: path.suffix.lower() in (".yaml", ".yml") and b"\0" not in head,
    read=_read,
)
