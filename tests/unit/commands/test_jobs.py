"""`jobs …`: trainings are listed, held, moved and started again, and a wrong moment is a sentence."""

from pathlib import Path

from bigmodel.core.ids import new_id
from bigmodel.core.job import State, Wish
from tests.fakes.command_shell import Shell
from tests.fakes.journey import OWNER


def test_list_holds_each_job_newest_first(shell: Shell) -> None:
    waiting = shell.submit("second soup")
    listed = shell.record("jobs", "list")["jobs"]
    assert [job["job"] for job in listed] == [waiting.id, shell.job.id]
    assert [job["state"] for job in listed] == ["queued", "succeeded"]
    assert len(shell.record("jobs", "list", "--limit", "1")["jobs"]) == 1


def test_people_read_names_and_states_in_a_table(kept: Shell) -> None:
    said = kept.run("jobs", "list").out
    assert "first soup" in said
    assert "done" in said
    assert "已完成" in kept.run("jobs", "list", language="zh").out


def test_no_jobs_is_a_sentence(shell: Shell) -> None:
    shell.services.datasets.delete(OWNER, shell.dataset)
    assert shell.record("jobs", "list") == {"jobs": []}
    said = shell.run("jobs", "list").out
    assert len(said.splitlines()) == 1


def test_show_holds_models_history_and_settings(kept: Shell) -> None:
    shown = kept.record("jobs", "show", "first soup")
    assert shown["job"] == kept.job.id
    assert [model["kind"] for model in shown["models"]] == ["instant"]
    assert shown["params"]["base"] == "instant"
    assert [event["seq"] for event in shown["history"]] == sorted(
        event["seq"] for event in shown["history"]
    )
    assert all(event["text"] for event in shown["history"])


def test_show_tells_people_the_numbers_of_the_test(kept: Shell) -> None:
    said = kept.run("jobs", "show", kept.job.id).out
    assert said.splitlines()[0] == f"first soup  {kept.job.id}"
    assert "macro_f1 1" in said


def test_waiting_job_is_cancelled_at_once(shell: Shell) -> None:
    job = shell.submit("second soup")
    assert shell.record("jobs", "cancel", job.id)["state"] == "cancelled"
    assert "second soup" in shell.run("jobs", "show", job.id).out


def test_finished_job_cannot_be_cancelled_or_paused(kept: Shell) -> None:
    for command in ("cancel", "pause"):
        said = kept.run("jobs", command, kept.job.id)
        assert (said.status, said.err) == (0, "")
        assert "was over already" in said.out
    assert kept.services.jobs.get(OWNER, kept.job.id).wish == Wish.NONE


def test_waiting_job_is_paused_and_goes_on(shell: Shell) -> None:
    job = shell.submit("second soup")
    assert shell.record("jobs", "pause", job.id)["state"] == "paused"
    assert shell.record("jobs", "resume", job.id)["state"] == "queued"
    assert shell.services.jobs.get(OWNER, job.id).state == State.QUEUED


def test_job_that_waits_for_nothing_cannot_go_on(kept: Shell) -> None:
    error = kept.refused("jobs", "resume", kept.job.id)
    assert error["key"]
    assert error["text"]


def test_training_runs_again_with_other_settings(shell: Shell) -> None:
    job = shell.submit("second soup", epochs=3)
    again = shell.record("jobs", "again", job.id, "--set", "epochs=5", "seed=9")
    assert again["job"] != job.id
    params = shell.services.jobs.get(OWNER, again["job"]).params
    assert (params["epochs"], params["seed"]) == (5, 9)
    assert again["dataset_version"] == 1


def test_setting_out_of_bounds_starts_nothing(shell: Shell) -> None:
    job = shell.submit("second soup")
    error = shell.refused("jobs", "again", job.id, "--set", "epochs=0")
    assert any("epochs" in str(problem) for problem in error["problems"])
    assert len(shell.record("jobs", "list")["jobs"]) == 2


def test_training_runs_again_on_the_newest_rows(shell: Shell) -> None:
    shell.services.append.add_rows(OWNER, shell.dataset, more_rows(shell))
    again = shell.record("jobs", "again", shell.job.id, "--newest")
    assert again["dataset_version"] == 2
    assert shell.record("jobs", "again", shell.job.id)["dataset_version"] == 1


def more_rows(shell: Shell) -> Path:
    path = shell.services.settings.home / "more.csv"
    path.write_text("text,label\n" + "".join(f"a new warm soup {n},good\n" for n in range(20)))
    return path


def test_model_that_cannot_go_on_is_named(kept: Shell) -> None:
    assert kept.refused("jobs", "continue", kept.job.id, "--epochs", "2")["key"]


def test_unknown_and_ambiguous_names_are_refused(shell: Shell) -> None:
    assert shell.refused("jobs", "show", "nothing")["key"] == "job_unnamed"
    assert shell.refused("jobs", "show", new_id())["key"]
    for _ in range(2):
        job = shell.submit("twin")
        shell.services.jobs.rename(OWNER, job.id, "twin")
    error = shell.refused("jobs", "show", "twin")
    assert (error["key"], error["args"]["count"]) == ("name_of_several", 2)
