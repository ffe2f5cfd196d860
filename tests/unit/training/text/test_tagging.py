"""Marking words: parts, windows and tags keep their offsets; the CRF is exact; both models leave programs that answer alike."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.optimize import check_grad
from scipy.sparse import csr_matrix
from transformers import AutoTokenizer, pipeline

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.datasets.spans import Span, bio_tags, tags_of_spans, write_spans
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles
from bigmodel.training.loop.recipe import TagParams
from bigmodel.training.text.prune_vocabulary import with_single_characters
from bigmodel.training.text.tagging import crf, finetune, instant
from bigmodel.training.text.tagging.decode import allowed, marginals, tagged, viterbi
from bigmodel.training.text.tagging.parts import places_of
from bigmodel.training.text.tagging.pieces import read
from tests.fakes.program import load_program
from tests.fakes.reporter import FakeReporter
from tests.fakes.text_data import text_data
from tests.fakes.tiny_bert import write_tiny_bert
from tests.fakes.tiny_e5 import write_tiny_e5

TASK = Path(instant.__file__).parents[3] / "tasks" / "token_classification"
LONG = "the soup was good and bad. " * 12


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ann's 2nd café!", ["Ann", "'", "s", "2", "nd", "café", "!"]),
        ("小安 lives在Rome", ["小", "安", "lives", "在", "Rome"]),
        ("@ann_b 😀", ["@", "ann", "_", "b", "😀"]),
        ("", []),
    ],
)
def test_parts_are_words_marks_and_single_characters(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in places_of(text)] == parts


def random_scores(parts: int, seed: int = 0) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    tags = bio_tags(("A", "B"))
    dice = np.random.default_rng(seed)
    moves = dice.normal(size=(len(tags) + 1, len(tags))) + allowed(tags)
    return tags, dice.normal(size=(parts, len(tags))), moves


def all_paths(scores: np.ndarray, moves: np.ndarray) -> dict[tuple[int, ...], float]:  # type: ignore[type-arg]
    """Return the score of every sequence of tags."""
    found = {}
    for path in itertools.product(range(scores.shape[1]), repeat=len(scores)):
        steps = moves[-1, path[0]] + sum(moves[a, b] for a, b in itertools.pairwise(path))
        found[path] = steps + sum(scores[at, tag] for at, tag in enumerate(path))
    return found


def test_viterbi_and_marginals_agree_with_every_path_tried() -> None:
    _, scores, moves = random_scores(4)
    paths = all_paths(scores, moves)
    assert tuple(viterbi(scores, moves)) == max(paths, key=paths.__getitem__)
    weights = np.exp(np.array(list(paths.values())))
    of_first = [sum(w for p, w in zip(paths, weights, strict=True) if p[0] == t) for t in range(5)]
    np.testing.assert_allclose(marginals(scores, moves)[0], of_first / weights.sum(), rtol=1e-9)


def test_expected_counts_of_texts_of_many_lengths_are_exact() -> None:
    lengths = [3, 1, 4, 2]
    _, scores, moves = random_scores(sum(lengths))
    chains = crf.Chains.of(lengths)
    partition, chances, pairs = crf.expected(chains, scores[chains.order], moves)
    starts = np.cumsum([0, *lengths])
    alone = [scores[a:b] for a, b in itertools.pairwise(starts)]
    logs = [np.log(np.exp(list(all_paths(one, moves).values())).sum()) for one in alone]
    assert partition == pytest.approx(sum(logs))
    back = np.empty_like(chances)
    back[chains.order] = chances
    np.testing.assert_allclose(back, np.concatenate([marginals(one, moves) for one in alone]))
    assert pairs.sum() == pytest.approx(sum(lengths))


def test_fit_stops_where_its_reporter_stops_it() -> None:
    features = csr_matrix(np.eye(6))

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crf.fit(
            features, np.array([0, 1, 2] * 2), [3, 3], allowed(bio_tags(("A",))),
            penalty=1.0, rounds=5, tell=stop,
        )  # fmt: skip


def test_no_path_begins_inside_a_mark() -> None:
    tags = bio_tags(("A", "B"))
    scores = np.zeros((3, 5))
    scores[:, tags.index("I-A")] = 9.0
    path = viterbi(scores, allowed(tags))
    assert [tags[at] for at in path] == ["B-A", "I-A", "I-A"]
    places = [(0, 1), (1, 2), (2, 3)]
    assert [mark[:3] for mark in tagged(tags, places, path, np.ones((3, 5)))] == [(0, 3, "A")]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> BaseFiles:
    return BaseFiles("tiny", "folder", write_tiny_bert(tmp_path_factory.mktemp("base") / "tiny"))


def test_windows_hold_every_piece_once(tiny: BaseFiles) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny.folder)
    whole, parted = (read(tokenizer, ["soup", LONG, ""], most) for most in (4096, 24))
    assert len(parted.windows) > len(whole.windows)
    assert parted.places == whole.places
    scores = [np.arange(len(w.ids), dtype=float)[:, None] * [1.0, 0.0] for w in parted.windows]
    told = [
        np.full((len(w.ids), 2), w.first) + s for w, s in zip(parted.windows, scores, strict=True)
    ]
    merged = parted.merged(told, 2)
    assert [len(row) for row in merged] == [len(row) for row in parted.places]
    np.testing.assert_array_equal(merged[1][:, 0], np.arange(len(parted.places[1])) + 1)


def test_marks_come_back_from_the_tags_of_their_pieces(tiny: BaseFiles) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny.folder)
    text = "the soup 今天的菜 was good, very good"
    spans = [Span(4, 8, "A"), Span(9, 11, "B"), Span(18, 22, "A")]
    pieces = read(tokenizer, [text], 128)
    tags = tags_of_spans(spans, pieces.unit_places(0))
    names = bio_tags(("A", "B"))
    path = [names.index(tag) for tag in tags]
    found = tagged(names, pieces.unit_places(0), path, np.ones((len(path), len(names))))
    assert [mark[:3] for mark in found] == spans


def test_pieces_of_a_multilingual_base_hold_one_chinese_character(tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(write_tiny_e5(tmp_path / "e5"))
    text = "今天服务 good"
    before = [text[a:b] for a, b in tokenizer(text, return_offsets_mapping=True)["offset_mapping"]]
    assert "今天" in before
    pieces = read(with_single_characters(tokenizer), [text], 64)
    words = [text[start:end] for start, end in pieces.unit_places(0)]
    assert [word for word in words if word] == ["今", "天", "服", "务", "good"]


def trained(base: BaseFiles, folder: Path, **settings: object) -> TaskData:
    data = text_data("spans", 60)
    values = TagParams.model_validate({"batch_size": 8, "learning_rate": 3e-3} | settings)
    finetune.train(data, values, base, folder, FakeReporter(folder / "checkpoints"))
    return data


def test_tuned_model_is_one_of_plain_transformers_and_its_program_answers_alike(
    tiny: BaseFiles, tmp_path: Path
) -> None:
    data = trained(tiny, tmp_path, epochs=3, max_tokens=24)
    texts = [*data.test.inputs, LONG, "", "今天 good"]
    mine = finetune.load(tmp_path).answer(texts)
    program = load_program(TASK / "predict_tuned.py")
    (tmp_path / "labels.json").write_text(json.dumps(list(data.labels)), "utf-8")
    theirs = program.Model(tmp_path).predict(texts)
    assert [[mark[:3] for mark in marks] for _, marks in theirs] == [list(a.spans) for a in mine]
    loaded = pipeline("token-classification", str(tmp_path), aggregation_strategy="first")
    groups = {found["entity_group"] for found in loaded(data.test.inputs[0])}
    assert groups <= set(data.labels)
    assert loaded.model.config.id2label[0] == "O"


def test_instant_model_and_its_program_answer_alike(tmp_path: Path) -> None:
    data = text_data("spans", 60)
    instant.train(data, tmp_path, FakeReporter(tmp_path / "checkpoints"))
    texts = [*data.test.inputs, LONG, "", "今天 good"]
    mine = instant.load(tmp_path).answer(texts)
    program = load_program(TASK / "predict_instant.py")
    theirs = program.Model(tmp_path).predict(texts)
    assert [[mark[:3] for mark in marks] for _, marks in theirs] == [list(a.spans) for a in mine]
    assert [write_spans(a.spans) for a in mine[: len(data.test)]] == list(data.test.targets)


def test_rows_without_marks_are_refused_in_words(tiny: BaseFiles, tmp_path: Path) -> None:
    data = text_data("spans", 20)
    bare = TaskData(data.train, data.validation, data.test, ())
    with pytest.raises(TrainingError, match="spans_none_to_learn"):
        instant.train(bare, tmp_path, FakeReporter(tmp_path))
    with pytest.raises(TrainingError, match="spans_none_to_learn"):
        finetune.train(bare, TagParams(), tiny, tmp_path, FakeReporter(tmp_path))


def test_loss_of_a_batch_does_not_hang_on_how_it_is_cut() -> None:
    objective = finetune.TagObjective(("A",))
    raw, targets = torch.randn(4, 6, 3), torch.randint(0, 3, (4, 6))
    targets[0, 3:] = finetune.IGNORED
    whole = objective.loss(raw, targets)
    halves = (objective.loss(raw[:2], targets[:2]) + objective.loss(raw[2:], targets[2:])) / 2
    assert float(whole) == pytest.approx(float(halves))


def test_slope_of_the_crf_is_that_of_its_loss() -> None:
    tags = bio_tags(("A",))
    lengths = [3, 2]
    features = np.random.default_rng(1).normal(size=(5, 2))
    chains = crf.Chains.of(lengths)

    def loss(point: np.ndarray) -> float:  # type: ignore[type-arg]
        moves = point.reshape(4, 3) + allowed(tags)
        scores = features @ np.ones((2, 3))
        partition, _, _ = crf.expected(chains, scores[chains.order], moves)
        return partition

    def slope(point: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        moves = point.reshape(4, 3) + allowed(tags)
        scores = features @ np.ones((2, 3))
        return crf.expected(chains, scores[chains.order], moves)[2].ravel()

    assert check_grad(loss, slope, np.zeros(12)) < 1e-4
