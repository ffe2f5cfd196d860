"""What the coach sees in curves: synthetic ones of every kind, and one real training."""

from dataclasses import replace

from bigmodel.core.job import Progress, State
from bigmodel.core.metric import metric
from bigmodel.services.jobs.insights import CurveStats, advise, curve_stats
from bigmodel.store.values import Curve
from bigmodel.words import load_words
from tests.fakes.things import dataset_of, job_of

FALLING = tuple(1.0 / (1 + step / 4) for step in range(30))
PARAMS = {"learning_rate": 5e-4, "epochs": 8, "patience": 0}


def seen(
    scores: list[float],
    train: tuple[float, ...] = FALLING,
    *,
    losses: list[float] | None = None,
    is_over: bool = True,
    instant: float | None = None,
) -> CurveStats:
    held: list[float | None] = [*losses] if losses else [None] * len(scores)
    looks = tuple(
        (n + 1.0, score, loss) for n, (score, loss) in enumerate(zip(scores, held, strict=True))
    )
    return CurveStats(train, looks, PARAMS, is_over, instant, metric="macro_f1")


def rules(about: CurveStats) -> list[str]:
    return [said.rule for said in advise(about)]


def test_exploding_loss_asks_for_a_lower_rate() -> None:
    train = (*FALLING, 30.0, 60.0, 90.0)
    [said] = advise(seen([0.5, 0.4], train, is_over=False))
    assert said.rule == "exploding"
    assert said.apply is not None
    assert said.apply.changes == {"learning_rate": 1e-4}


def test_flat_loss_asks_for_a_higher_rate() -> None:
    [said] = advise(seen([0.5, 0.5], (0.69,) * 40, is_over=False))
    assert said.rule == "flat"
    assert said.apply is not None
    assert said.apply.changes == {"learning_rate": 1.5e-3}


def test_overfitting_is_seen_in_held_out_loss() -> None:
    about = seen([0.6, 0.7, 0.72, 0.71, 0.72], losses=[0.6, 0.5, 0.55, 0.6, 0.7])
    [said, *_] = advise(about)
    assert said.rule == "overfitting"
    assert said.message.args == {"epoch": 2, "percent": 40}
    assert said.apply is not None
    assert said.apply.changes == {"patience": 2}


def test_with_early_stopping_overfitting_asks_for_fewer_epochs() -> None:
    about = seen([0.6, 0.7, 0.72, 0.71, 0.72], losses=[0.6, 0.5, 0.55, 0.6, 0.7])
    [said, *_] = advise(replace(about, params=PARAMS | {"patience": 3}))
    assert said.apply is not None
    assert said.apply.changes == {"epochs": 2}


def test_instant_model_as_good_means_you_can_stop() -> None:
    [said, *_] = advise(seen([0.8, 0.82, 0.81], is_over=False, instant=0.83))
    assert said.rule == "as_good"
    assert said.apply is not None
    assert said.apply.deed == "stop"


def test_model_that_still_rises_is_left_alone() -> None:
    assert "as_good" not in rules(seen([0.6, 0.7, 0.8], is_over=False, instant=0.83))


def test_training_that_ended_while_it_rose_is_not_told_that_more_of_it_is_no_use() -> None:
    assert rules(seen([0.3, 0.5, 0.8], instant=1.0)) == ["under_trained"]


def test_finished_model_counts_for_what_it_is_not_for_a_glance() -> None:
    glanced = seen([-0.9, -0.8, -0.85], instant=-0.3)
    assert rules(glanced)[0] == "as_good"
    assert "as_good" not in rules(replace(glanced, final=-0.1))
    [said, *_] = advise(replace(glanced, final=-0.4))
    assert said.message.args["best"] == 0.4


def test_rise_at_the_end_asks_for_more_epochs() -> None:
    [said, *_] = advise(seen([0.4, 0.5, 0.6]))
    assert said.rule == "under_trained"
    assert said.apply is not None
    assert (said.apply.deed, said.apply.epochs) == ("further", 4)


def test_best_epoch_and_what_came_after() -> None:
    [said, *_] = advise(seen([0.6, 0.9, 0.89, 0.88, 0.9]))
    assert said.rule == "best_epoch"
    assert said.message.args["epoch"] == 2.0
    assert said.message.args["after"] == 3
    assert said.message.key == "coach.best_epoch_lost"  # for there is no model of it


def test_training_that_stays_where_it_began_is_told_so() -> None:
    about = seen([0.5, 0.49, 0.48, 0.47])
    began = tuple((epoch - 1, score, loss) for epoch, score, loss in about.looks)
    [said] = advise(replace(about, looks=began))
    assert said.rule == "no_better"
    assert said.message.args == {"metric": "macro_f1", "best": 0.5}
    assert said.apply is not None
    assert said.apply.deed == "further"


def test_steady_training_gets_a_kind_word() -> None:
    assert rules(seen([0.88, 0.89, 0.9, 0.901])) == ["steady"]


def test_errors_of_numbers_are_better_when_lower() -> None:
    job = replace(
        job_of(dataset_of()),
        params=PARAMS,
        state=State.SUCCEEDED,
        progress=Progress(steps=30, epochs=3),
    )
    curves = [
        Curve("train/loss", tuple(range(30)), FALLING),
        Curve("validation/mae", (10, 20, 30), (3.0, 2.0, 1.0)),
    ]
    about = curve_stats(job, curves, [], metric("mae"))
    assert about is not None
    assert about.best == 2
    assert rules(about) == ["under_trained"]


def test_measure_of_an_added_task_is_better_when_higher() -> None:
    job = replace(
        job_of(dataset_of(), state=State.SUCCEEDED), progress=Progress(steps=20, epochs=2)
    )
    curves = [
        Curve("train/loss", (1, 2), (1.0, 0.5)),
        Curve("validation/bleu", (10, 20), (0.2, 0.4)),
    ]
    about = curve_stats(job, curves, [], metric("bleu"))
    assert about is not None
    assert [score for _, score, _ in about.looks] == [0.2, 0.4]
    assert about.best == 1


def test_too_little_to_see_says_nothing() -> None:
    assert curve_stats(job_of(dataset_of()), [], [], metric("macro_f1")) is None
    assert advise(seen([], (0.7,))) == []


def test_every_sentence_exists_in_both_languages() -> None:
    words = load_words()
    abouts = [
        seen([0.5, 0.4], (*FALLING, 30.0, 60.0, 90.0)), seen([0.5, 0.5], (0.69,) * 40),
        seen([0.6, 0.7, 0.72, 0.71, 0.72], losses=[0.6, 0.5, 0.55, 0.6, 0.7]),
        seen([0.8, 0.82, 0.81], is_over=False, instant=0.83), seen([0.8, 0.82, 0.8], instant=0.83),
        seen([0.4, 0.5, 0.6]), seen([0.6, 0.9, 0.89, 0.88, 0.9]), seen([0.88, 0.89, 0.9, 0.901]),
        seen([0.88, 0.89], is_over=False),
    ]  # fmt: skip
    for said in (each for about in abouts for each in advise(about)):
        for message in (said.message, *([said.apply.label] if said.apply else [])):
            assert len({words.say(language, message) for language in ("en", "zh")}) == 2
