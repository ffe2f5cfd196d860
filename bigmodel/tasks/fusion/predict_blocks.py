"""Answers rows of texts, numbers, pictures and recordings with the model beside this file; it needs numpy, pillow, soundfile and safetensors, never the network.

    pip install -r requirements.txt
    python predict.py "4 bedrooms, near the park" 120 photo.jpg
    python predict.py --json --columns

A row is given in the order of its columns (`--columns` lists them); "" or a missing end is a column that the row lacks.
Or in Python: `Model().answer([["4 bedrooms", "120", "photo.jpg"]])`.
"""

from pathlib import Path

from bigmodel.training.several.program import RowsModel, answer_rows, plain_looks


class Model(RowsModel):
    """A model of fixed features."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(folder or Path(__file__).resolve().parent, "blocks", plain_looks())


if __name__ == "__main__":
    answer_rows(Model)
