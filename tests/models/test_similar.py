"""The search of one's own rows with the real bases, before anything is trained: it goes by meaning and by what pictures show."""

import zipfile
from pathlib import Path

import pytest

from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from tests.fakes.pictures import LABELS, write_picture
from tests.fakes.services import real_services

pytestmark = [pytest.mark.models, pytest.mark.network]
SAID = (
    "The weather is great today", "It will rain all night", "My parcel has not arrived",
    "The battery of this phone is bad", "Please cancel my order", "The noodles were cold",
    "How do I change my password?", "The concert was wonderful",
    "The train leaves at nine", "Our dog sleeps all day", "I would like a larger size",
)  # fmt: skip
ASKED = {  # in another language, and in other words
    "今天天气真好": SAID[0],
    "包裹还没到": SAID[2],
    "这个手机电池很差": SAID[3],
    "怎么修改密码": SAID[6],
}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    settings.make_folders()
    return real_services(settings)


def test_e5_finds_rows_that_mean_the_same(services: Services) -> None:
    services.base_models.fetch("local", "e5")
    path = services.settings.scratch / "said.csv"
    path.write_text(
        "\n".join(["text,label", *(f"{text},{text[0] < 'N'}" for text in SAID)]), "utf-8"
    )
    rows = services.datasets.import_file("local", path).id
    for query, meant in ASKED.items():
        assert services.similar.search("local", rows, query).found[0].text == meant


def test_lite0_finds_pictures_that_show_the_same(services: Services, tmp_path: Path) -> None:
    services.base_models.fetch("local", "lite0")
    packed = tmp_path / "stripes.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(40):
            kind = LABELS[number % 2]
            picture = write_picture(tmp_path / f"{number}.png", kind, number)
            archive.write(picture, f"{kind}/{number}.png")
    rows = services.datasets.import_file("local", packed).id
    for number, kind in enumerate(LABELS):
        asked = write_picture(tmp_path / f"asked-{kind}.png", kind, 100 + number)
        found = services.similar.search("local", rows, str(asked)).found
        assert sum(row.label == kind for row in found) >= 9
