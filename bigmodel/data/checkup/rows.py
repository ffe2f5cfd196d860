"""The rows of a version as the kinds of findings see them, each column read once; it judges nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bigmodel.core.callbacks import OnShare
from bigmodel.core.datasets.checkup import EXAMPLES, Example
from bigmodel.core.datasets.dataset import Recipe
from bigmodel.data.checkup.hearing import Hearing, hear, same_sounds
from bigmodel.data.checkup.look import Looks, read_looks, same_pictures
from bigmodel.data.checkup.near import linked, near_groups
from bigmodel.data.tables.source import ORIGINAL
from bigmodel.data.targets import target_kind
from bigmodel.data.versions.split import NAMES
from bigmodel.data.versions.split_columns import numbered
from bigmodel.data.versions.versions import ITEMS, media_folder

SHOWN = 200  # characters of an example

Places = NDArray[np.int64]


class CheckedRows:
    """A version. Rows are known by their place in its table, counted from 0."""

    tell: OnShare  # told the share of the kind at hand that is done

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        *,
        has_classes: bool,
        target: str = "label",
        tokenizers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.folder, self.recipe, self.has_classes = folder, recipe, has_classes
        self._kind = target_kind(target)
        self.tokenizers = tokenizers  # files of bases on this machine, by their name
        self.tell = lambda _share: None
        self.medium = recipe.medium
        self._schema = frozenset(pq.read_schema(folder / ITEMS).names)

    def __len__(self) -> int:
        return int(pq.read_metadata(self.folder / ITEMS).num_rows)

    # columns ------------------------------------------------------------------------------------

    @cached_property
    def inputs(self) -> list[str]:
        """(rows,) what the task reads: texts, or files below the media folder."""
        return self._column("input")

    @cached_property
    def targets(self) -> list[str]:
        """(rows,) class, number or transcript, "" for none."""
        return self._column("target")

    @cached_property
    def names(self) -> list[str]:
        """(rows,) names that files came with."""
        return self._column("name")

    @cached_property
    def parts(self) -> NDArray[np.int8]:
        """(rows,) the part each row is in, as in `split.NAMES`."""
        known = pa.array(NAMES, pa.string())
        found = pc.index_in(pa.array(self._column("split")), value_set=known)
        return np.asarray(found.to_numpy(zero_copy_only=False), np.int8)

    @cached_property
    def contents(self) -> Places:
        """(rows,) a number for each content: rows that share it are the same."""
        return numbered(self._column("content_hash"))

    @cached_property
    def is_filled(self) -> NDArray[np.bool_]:
        """(rows,) which have an input."""
        return np.array([bool(text) for text in self.inputs], np.bool_)

    @cached_property
    def labels(self) -> Counter[str]:
        """Classes and how many rows have each; nothing where targets are no classes."""
        return Counter(filter(None, self.targets)) if self.has_classes else Counter()

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """(rows,) the class of each row by its place in `labels`, -1 for none."""
        known = {label: code for code, label in enumerate(self.labels)}
        return np.array([known.get(label, -1) for label in self.targets], np.int64)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table as they came."""
        names = pq.read_schema(self.folder / ITEMS).names
        return tuple(n.removeprefix(ORIGINAL) for n in names if n.startswith(ORIGINAL))

    def original(self, column: str) -> list[str]:
        """Return a column as it came."""
        return self._column(ORIGINAL + column)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return an original column of numbers, 0 where there is none."""
        if ORIGINAL + column not in self._schema:
            return np.zeros(len(self))
        return np.array([float(cell or 0) for cell in self.original(column)])

    def _column(self, name: str) -> list[str]:
        table = pq.read_table(self.folder / ITEMS, columns=[name])
        found: list[str] = table.column(name).to_pylist()
        return found

    # what several kinds need --------------------------------------------------------------------

    @cached_property
    def near(self) -> Places:
        """(rows,) a number for each group of rows that are the same or nearly so."""
        if self.medium == "text":
            return near_groups(self.inputs, self.contents, self.tell)
        is_picture = self.medium == "image"
        pairs = same_pictures(self.looks) if is_picture else same_sounds(self.hearing)
        _, of = np.unique(self.contents, return_inverse=True)
        first = np.unique(of, return_index=True)[1]
        same = [(int(of[left]), int(of[right])) for left, right in pairs]
        return linked(len(first), same)[of]

    @cached_property
    def looks(self) -> Looks:
        """What the pictures look like."""
        return read_looks(self._files, self.tell)

    @cached_property
    def hearing(self) -> Hearing:
        """What the recordings sound like."""
        return hear(self._files, self.tell)

    @property
    def _files(self) -> list[Path]:
        media = media_folder(self.folder)
        return [media / name for name in self.inputs]

    def examples(
        self, places: Sequence[int] | Places, notes: Sequence[str] = ()
    ) -> tuple[Example, ...]:
        """Return the first rows of some as examples; a note defaults to the row's target."""
        found = []
        for number, place in enumerate(places[:EXAMPLES]):
            row = int(place)
            note = notes[number] if notes else self._kind.said(self.targets[row])
            if self.medium == "text":
                found.append(Example(self.inputs[row][:SHOWN], note[:SHOWN]))
            else:
                found.append(Example(self.names[row][:SHOWN], note[:SHOWN], self.inputs[row]))
        return tuple(found)
