"""Makes the finished examples of Home: the instant model of a sample in each language, trained here and saved as a project.

python assets/examples/generate.py
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLES = {"en": ("support_en", "Finished example"), "zh": ("sentiment_zh", "现成的例子")}


def main() -> None:
    """Train and save each example on a data folder of its own."""
    for language, (sample, name) in EXAMPLES.items():
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "BIGMODEL_HOME": home, "BIGMODEL_OFFLINE": "1"}
            table = HERE.parent / "samples" / f"{sample}.csv"
            train = ["train", str(table), "--base", "instant", "--name", name, "--wait"]
            for command in (
                train,
                ["project", "save", "--all", "--out", str(HERE / f"{language}.zip")],
            ):
                subprocess.run(
                    [sys.executable, "-m", "bigmodel", *command], env=environment, check=True
                )


if __name__ == "__main__":
    main()
