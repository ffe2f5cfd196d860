"""The promises of `bigmodel/store/base.py` about events, models and curves, kept on every database."""

import math

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bigmodel.core.datasets.dataset import Dataset
from bigmodel.core.errors import JobError, NotFoundError
from bigmodel.core.events import Kind
from bigmodel.core.job import FINAL, Saved, State
from bigmodel.core.message import Message
from bigmodel.store.base import Store
from bigmodel.store.values import Curve
from tests.fakes.stores import MAKERS, brought_to, say
from tests.fakes.things import at, dataset_of, event_of, job_of, points_of, result_of


class TestIngest:
    def test_events_change_the_job(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        said = [
            event_of(Kind.BEAT, memory_mb=512.5),
            event_of(Kind.STEP, phase="tuning", step=3, steps=9, left_s=4.5),
            event_of(Kind.CHECKPOINT, step=2, folder="jobs/x", digest="d"),
            event_of(Kind.NOTE, **Message("notes.small", {"rows": 3}, "warning").to_json()),
            event_of(Kind.END, outcome="succeeded"),
        ]
        assert say(store, job, *said, seconds=7)
        now = store.jobs.get("local", job.id)
        assert (now.progress.step, now.progress.memory_mb, now.progress.left_s) == (3, 512.5, 4.5)
        assert (now.checkpoint, now.checkpoint_step, now.checkpoint_digest) == ("jobs/x", 2, "d")
        assert (now.beat_at, now.state) == (at(7), State.RUNNING)
        note = store.jobs.history("local", job.id)[-1]
        assert (note.kind, note.message.args) == ("note", {"rows": 3})
        assert store.jobs.history("local", job.id, after=note.seq) == []

    def test_offset_follows_the_file(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        loss = points_of("train/loss", {1: 0.5})
        assert store.jobs.ingest(job.id, 1, 0, 30, [loss], at(1))
        assert not store.jobs.ingest(job.id, 1, 0, 30, [loss], at(1))
        assert not store.jobs.ingest(job.id, 1, 40, 50, [loss], at(1))
        assert (store.jobs.offset(job.id, 1), store.jobs.offset(job.id, 9)) == (30, 0)

    def test_stale_attempt_writes_nothing(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.LOST)
        store.jobs.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
        again = store.jobs.claim(at(3))
        said = [points_of("train/loss", {1: 0.5}), result_of(kept=True), event_of(Kind.BEAT)]
        assert not store.jobs.ingest(job.id, 1, 0, 10, said, at(4))
        assert store.jobs.get("local", job.id) == again
        assert (store.curves.read("local", job.id), store.models.list_all("local")) == ([], [])

    @pytest.mark.parametrize("state", sorted(FINAL))
    def test_final_job_takes_nothing_in(self, store: Store, dataset: Dataset, state: State) -> None:
        job = brought_to(store, job_of(dataset), state)
        assert not store.jobs.ingest(job.id, job.token, 0, 10, [event_of(Kind.BEAT)], at(4))
        assert store.jobs.get("local", job.id) == job

    def test_unknown_job_takes_nothing_in(self, store: Store) -> None:
        assert not store.jobs.ingest("nothing", 1, 0, 10, [], at(4))

    def test_bad_event_leaves_no_trace(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        with pytest.raises(KeyError):
            say(store, job, points_of("train/loss", {1: 0.5}), event_of(Kind.RESULT, id="x"))
        assert store.jobs.offset(job.id, 1) == 0
        assert store.curves.read("local", job.id) == []


class TestModels:
    def test_better_model_is_the_only_kept_one(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of(kept=True), seconds=1)
        say(store, job, result_of("tuned", kept=True), seconds=2)
        tuned, instant = store.models.list_all("local", job.id)
        assert [(tuned.kind, tuned.kept), (instant.kind, instant.kept)] == [
            ("tuned", True),
            ("instant", False),
        ]
        assert store.models.get("local", tuned.id) == tuned
        assert (tuned.owner, tuned.job_id, tuned.name) == ("local", job.id, job.name)
        assert (tuned.created_at, tuned.labels) == (at(2), ("bad", "好"))

    def test_retried_attempt_replaces_its_models(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(
            store, job, result_of(kept=False, folder="1"), result_of("tuned", kept=True, folder="1")
        )
        store.jobs.move(job.id, 1, State.RUNNING, State.LOST, at=at(2))
        store.jobs.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
        again = store.jobs.claim(at(3))
        assert again
        say(store, again, result_of("tuned", kept=False, folder="2"), seconds=9)
        found = {model.kind: (model.folder, model.kept) for model in store.models.list_all("local")}
        assert found == {"instant": ("1", True), "tuned": ("2", False)}

    def test_model_that_stands_alone_is_kept(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of("tuned", kept=False))
        assert store.models.list_all("local")[0].kept

    def test_model_bears_the_new_name_of_its_job(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of(kept=True))
        store.jobs.rename("local", job.id, "new")
        assert store.models.list_all("local")[0].name == "new"

    def test_final_job_is_deleted_with_its_things(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, result_of(kept=True), points_of("train/loss", {1: 0.5}))
        with pytest.raises(JobError, match="job_not_final"):
            store.jobs.delete("local", job.id)
        store.jobs.move(job.id, 1, State.RUNNING, State.SUCCEEDED, at=at(2))
        model = store.models.list_all("local")[0]
        gone = store.jobs.delete("local", job.id)
        assert (gone.jobs, gone.models, gone.folders) == (
            (job.id,),
            (model.id,),
            (f"jobs/{job.id}",),
        )
        assert store.models.list_all("local") == []
        with pytest.raises(NotFoundError):
            store.curves.read("local", job.id)


class TestCurves:
    def test_short_curve_is_told_point_by_point(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, points_of("b", {5: 1.0}), points_of("a", {2: 0.25, 1: 0.5}))
        say(store, job, points_of("a", {3: 0.125}))
        assert store.curves.read("local", job.id) == [
            Curve("a", (1, 2, 3), (0.5, 0.25, 0.125), points=3),
            Curve("b", (5,), (1.0,), points=1),
        ]

    def test_mark_grows_when_points_change(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        marks = [store.curves.mark("local", job.id)]
        for event in (points_of("a", {1: 0.5}), event_of(Kind.BEAT), points_of("a", {2: 0.5})):
            say(store, job, event)
            marks.append(store.curves.mark("local", job.id))
        assert marks[0] < marks[1] == marks[2] < marks[3]

    def test_step_told_twice_stands_once(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, points_of("a", {1: 0.5, 2: 0.25}))
        say(store, job, points_of("a", {2: 9.0, 3: 0.125}))
        assert store.curves.read("local", job.id)[0].values == (0.5, 0.25, 0.125)

    @pytest.mark.parametrize("checkpoint", [None, 0, 20, 33])
    def test_reclaim_goes_back_to_the_checkpoint(
        self, store: Store, dataset: Dataset, checkpoint: int | None
    ) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, points_of("a", {step: float(step) for step in range(60)}))
        if checkpoint is not None:
            say(store, job, event_of(Kind.CHECKPOINT, step=checkpoint, folder="f", digest=""))
        mark = store.curves.mark("local", job.id)
        store.jobs.move(job.id, 1, State.RUNNING, State.LOST, at=at(2))
        store.jobs.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
        again = store.jobs.claim(at(3))
        assert again
        assert store.curves.mark("local", job.id) > mark
        last = -1 if checkpoint is None else checkpoint
        say(store, again, points_of("a", {last + 1: -1.0}))
        for most in (1_000, 2):  # from the points, and from their roll-ups
            curve = store.curves.read("local", job.id, max_points=most)[0]
            assert (curve.points, curve.steps[-1]) == (last + 2, last + 1)
            assert min(curve.low or curve.values) == -1.0

    @pytest.mark.parametrize(("folder", "last"), [("f10", 10), ("", -1)])
    def test_attempt_that_goes_back_further_takes_its_points_with_it(
        self, store: Store, dataset: Dataset, folder: str, last: int
    ) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, points_of("a", {step: float(step) for step in range(31)}))
        for step in (10, 20, 30):
            say(store, job, event_of(Kind.CHECKPOINT, step=step, folder=f"f{step}", digest="d"))
        saved = store.jobs.get("local", job.id).saved
        assert saved == (Saved("f30", 30, "d"), Saved("f20", 20, "d"))
        back = event_of(Kind.CHECKPOINT, step=max(0, last), folder=folder, digest="d", back=True)
        assert say(store, job, back, points_of("a", {last + 1: -1.0}))
        assert store.curves.read("local", job.id)[0].steps == tuple(range(last + 2))
        wanted = (Saved("f10", 10, "d"),) if folder else ()
        assert store.jobs.get("local", job.id).saved == wanted

    def test_job_that_continues_another_begins_with_its_curve(
        self, store: Store, dataset: Dataset
    ) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        say(store, job, points_of("a", {step: float(step) for step in range(50)}))
        store.jobs.move(job.id, 1, State.RUNNING, State.SUCCEEDED, at=at(2))
        follower = job_of(dataset, continues=job.id, checkpoint="f", checkpoint_step=30)
        store.jobs.submit(follower)
        assert store.jobs.claim(at(3))
        for most in (1_000, 3):
            curve = store.curves.read("local", follower.id, max_points=most)[0]
            assert (curve.points, curve.steps[-1]) == (31, 30)
        with pytest.raises(NotFoundError):
            store.jobs.submit(job_of(dataset, continues="somebody's"))

    def test_what_is_no_number_is_left_out_of_means(self, store: Store, dataset: Dataset) -> None:
        job = brought_to(store, job_of(dataset), State.RUNNING)
        values = dict.fromkeys(range(40), 2.0) | {3: math.nan, 50: math.nan}
        say(store, job, points_of("a", values))
        curve = store.curves.read("local", job.id)[0]
        assert math.isnan(curve.values[3])
        one = store.curves.read("local", job.id, max_points=1)[0]
        assert (one.values, one.low, one.high, one.points) == ((2.0,), (2.0,), (2.0,), 41)


values = st.dictionaries(
    st.one_of(st.integers(0, 400), st.integers(0, 3_000_000)),
    st.floats(-1e6, 1e6, width=32),
    min_size=1,
    max_size=120,
)


some = examples(
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes here
    suppress_health_check=[HealthCheck.too_slow],
)
operations = given(
    batches=st.lists(values, min_size=1, max_size=3),
    most=st.integers(1, 12),
    cut=st.integers(0, 500),
)


@pytest.mark.slow
@pytest.mark.parametrize("maker", ["scratch", "sql"])
@examples(some, max_examples=25)
@operations
def test_rolled_curve_agrees_with_its_points(
    maker: str,
    batches: list[dict[int, float]],
    most: int,
    cut: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    roll(MAKERS[maker](tmp_path_factory.mktemp("home")), batches, most, cut)


@pytest.mark.postgres
@examples(some, max_examples=4)
@operations
def test_rolled_curve_agrees_with_its_points_on_a_server(
    batches: list[dict[int, float]],
    most: int,
    cut: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    roll(MAKERS["postgres"](tmp_path_factory.mktemp("home")), batches, most, cut)


def roll(store: Store, batches: list[dict[int, float]], most: int, cut: int) -> None:
    dataset = dataset_of()
    store.datasets.add(dataset)
    job = brought_to(store, job_of(dataset), State.RUNNING)
    known: dict[int, float] = {}
    for batch in batches:
        say(store, job, points_of("a", batch))
        known = batch | known
    agrees(store.curves.read("local", job.id, max_points=most), known, most)
    say(store, job, event_of(Kind.CHECKPOINT, step=cut, folder="f", digest=""))
    store.jobs.move(job.id, 1, State.RUNNING, State.LOST, at=at(2))
    store.jobs.move(job.id, 1, State.LOST, State.QUEUED, at=at(2))
    store.jobs.claim(at(3))
    known = {step: value for step, value in known.items() if step <= cut}
    agrees(store.curves.read("local", job.id, max_points=most), known, most)


def agrees(curves: list[Curve], known: dict[int, float], most: int) -> None:
    """Compare a curve with the points behind it: each shown point stands for those since the one before."""
    if not known:
        assert curves == []
        return
    (curve,) = curves
    assert curve.points == len(known)
    assert len(curve.steps) == len(curve.values) <= most
    assert curve.steps[-1] == max(known)
    low, high = curve.low or curve.values, curve.high or curve.values
    first = -1
    for index, step in enumerate(curve.steps):
        behind = [value for at, value in known.items() if first < at <= step]
        assert (low[index], high[index]) == (min(behind), max(behind))
        assert curve.values[index] == pytest.approx(sum(behind) / len(behind), abs=1e-3)
        first = step
