"""Files made for one person's browser: what was swept is no longer remembered."""

from bigmodel.services.sharing.downloads import Downloads
from bigmodel.settings import Settings


def test_what_is_gone_is_forgotten(settings: Settings) -> None:
    downloads = Downloads(settings)
    for content in ("one", "two"):
        with downloads.make("local", "file.txt") as (_, path):
            path.write_text(content)
        if content == "one":
            path.unlink()
    assert [path.read_text() for _, path in downloads._known.values()] == ["two"]
