"""Rows are parted by a column that a person chooses, and what a random split flatters is measured."""

import time

import numpy as np
import pytest

from bigmodel.core.datasets.splits import AT_RANDOM, SplitDifference
from bigmodel.core.errors import DatasetError
from bigmodel.data.tables.moment import is_day_first, seconds_of
from bigmodel.data.versions.versions import load_rows
from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from tests.fakes.services import real_services
from tests.patience import PATIENCE_S

ROWS, SPEAKERS = 240, 12


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    settings = Settings(home=tmp_path_factory.mktemp("home"), offline=True)
    settings.make_folders()
    return real_services(settings)


@pytest.fixture
def dataset_id(services: Services) -> str:
    """Each speaker has a word of their own and one class: known speakers are easy, others are a coin."""
    random = np.random.default_rng(0)
    words = ["".join(random.choice(list("bcdfgklmnprst"), 9)) for _ in range(SPEAKERS)]
    lines = ["said,mood,speaker,day,amount"]
    for at in range(ROWS):
        who = at % SPEAKERS
        noise = " ".join("".join(random.choice(list("aeiou"), 4)) for _ in range(3))
        mood = ("glad", "sad")[who % 2]
        lines.append(
            f"{words[who]} {noise},{mood},s{who},{at % 28 + 1}/{at // 28 % 12 + 1}/2024,{at}.5"
        )
    path = services.settings.scratch / "rows.csv"
    path.write_text("\n".join(lines), "utf-8")
    return services.datasets.import_file("me", path, text="said", label="mood").id


def rows_of(services: Services, dataset_id: str) -> dict[str, list[str]]:
    version = services.datasets.get("me", dataset_id).version
    return load_rows(services.settings.home / version.folder)


def test_columns_offer_themselves_the_likeliest_first(services: Services, dataset_id: str) -> None:
    found = services.splits.choices(services.datasets.get("me", dataset_id))
    assert {choice.key for choice in found[:2]} == {"group:speaker", "time:day"}
    assert found[0].is_likely
    assert "amount" not in {choice.column for choice in found}


def test_each_group_gets_into_one_part(services: Services, dataset_id: str) -> None:
    made = services.splits.part("me", dataset_id, "group:speaker")
    assert made.version.recipe.split_by == "group:speaker"
    rows = rows_of(services, dataset_id)
    parts = set(zip(rows["col.speaker"], rows["split"], strict=True))
    assert len(parts) == SPEAKERS
    assert {part for _, part in parts} == {"train", "validation", "test"}
    back = services.splits.part("me", dataset_id, AT_RANDOM)
    assert back.version.recipe.split_by == ""


def test_past_is_trained_on_and_the_newest_tested(services: Services, dataset_id: str) -> None:
    services.splits.part("me", dataset_id, "time:day")
    rows = rows_of(services, dataset_id)
    days: dict[str, list[float]] = {}
    for day, part in zip(rows["col.day"], rows["split"], strict=True):
        seconds = seconds_of(day, day_first=True)
        assert seconds is not None
        days.setdefault(part, []).append(seconds)
    assert max(days["train"]) < min(days["validation"])
    assert max(days["validation"]) < min(days["test"])
    assert 20 <= len(days["test"]) <= 28
    assert services.checkup.undo("me", dataset_id).version.recipe.split_by == ""


def append_to(services: Services, dataset_id: str, lines: list[str]) -> set[str]:
    path = services.settings.scratch / "more.csv"
    path.write_text("\n".join(["said,mood,speaker,day,amount", *lines]), "utf-8")
    made = services.append.add_rows("me", dataset_id, path).dataset
    return {told.key.rsplit(".", 1)[-1] for told in made.version.summary.problems}


def test_rows_added_later_go_where_their_group_is(services: Services, dataset_id: str) -> None:
    services.splits.part("me", dataset_id, "group:speaker")
    before = rows_of(services, dataset_id)
    fresh = [*(f"s{n}" for n in range(SPEAKERS)), "new one", "new two"]
    lines = [
        f"new words {at} of {who},{('glad', 'sad')[at % 2]},{who},1/2/2025,1.5"
        for who in fresh
        for at in range(4)
    ]
    said = append_to(services, dataset_id, lines)
    rows = rows_of(services, dataset_id)
    assert rows["split"][:ROWS] == before["split"]
    assert len(rows["split"]) == ROWS + len(lines)
    assert len(set(zip(rows["col.speaker"], rows["split"], strict=True))) == len(fresh)
    assert "added_to_groups" in said
    again = services.datasets.choose_columns("me", dataset_id, text="said", label="speaker")
    assert again.version.recipe.split_by == "group:speaker"


def test_rows_added_later_teach_nothing_of_the_time_tested(
    services: Services, dataset_id: str
) -> None:
    services.splits.part("me", dataset_id, "time:day")
    lines = [f"late words {at},glad,s1,{at + 1}/1/2025,1.5" for at in range(5)]
    lines += [f"early words {at},sad,s1,{at + 1}/1/2020,1.5" for at in range(5)]
    assert "added_late" in append_to(services, dataset_id, lines)
    assert rows_of(services, dataset_id)["split"][ROWS:] == ["test"] * 5 + ["train"] * 5
    services.datasets.choose_columns("me", dataset_id, text="said", label="speaker")
    rows = rows_of(services, dataset_id)
    assert set(rows["split"][ROWS : ROWS + 5]) == {"test"}


@pytest.mark.parametrize("key", ["group:nobody", "group:amount", "time:amount"])
def test_columns_that_cannot_part_are_refused(
    services: Services, dataset_id: str, key: str
) -> None:
    with pytest.raises(DatasetError):
        services.splits.part("me", dataset_id, key)


def test_what_a_random_split_flatters_is_measured(services: Services, dataset_id: str) -> None:
    splits = services.splits
    assert splits.look("me", dataset_id) == (None, None)
    splits.start("me", dataset_id, "group:speaker")
    deadline = time.monotonic() + PATIENCE_S
    while (found := splits.look("me", dataset_id)[0]) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert found.error is None
    assert found.rows == ROWS
    assert found.naive > 0.95
    assert found.honest < 0.8
    assert found.matters
    assert SplitDifference.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("texts", "day_first"),
    [
        (["3/4/2024", "14/4/2024"], True),
        (["3/4/2024", "4/14/2024"], False),
        (["3.4.2024"], True),
        (["3/4/2024"], None),
        (["2024-04-03"], True),
    ],
)
def test_day_and_month_are_told_by_the_column(texts: list[str], day_first: bool | None) -> None:
    assert is_day_first(texts) is day_first


def test_moments_of_many_spellings_stand_in_order() -> None:
    texts = [
        "2023", "1/2/2023", "2023-02-01 07:30", "2023年2月1日 下午3:05", "Feb 3, 2023", "4 Feb 2023",
        "20230205", "2023/2/6 11:00 pm", "1675900800",
    ]  # fmt: skip
    found = [seconds_of(text, day_first=True) for text in texts]
    assert None not in found
    assert found == sorted(found, key=lambda each: each or 0)
    assert [seconds_of(text, day_first=True) for text in ("31/2/2023", "12", "soon")] == [None] * 3
