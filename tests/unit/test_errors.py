"""What is wrong with the files of a trained model is one sentence, and what is no fault of theirs stays itself."""

from pathlib import Path

import pytest

from bigmodel.core.errors import ModelError, loading_model


def test_missing_file_is_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught, loading_model():
        (tmp_path / "model.json").read_text("utf-8")
    assert caught.value.key == "trained_model_cannot_be_loaded"
    assert "model.json" in str(caught.value.args_of_words)


def test_other_faults_pass() -> None:
    with pytest.raises(ZeroDivisionError), loading_model():
        _ = 1 / 0
    with pytest.raises(ModelError, match="base_missing"), loading_model():
        raise ModelError("base_missing")
