"""Brings a person's own model, a folder or a ZIP, onto the shelf: only known file names, only after the check."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from bigmodel.archive import Archive, Bounds, Member, is_archive, open_archive, shown_name
from bigmodel.base_models import shelf
from bigmodel.base_models.check import PICKLES, Checked, check_folder, check_names, is_wanted
from bigmodel.base_models.config import CONFIG
from bigmodel.base_models.pipelines import stable_diffusion as pipeline
from bigmodel.base_models.pipelines.bare import bare_weights, convert_bare
from bigmodel.base_models.wheels import read_wheels
from bigmodel.core.errors import DatasetError, ModelError
from bigmodel.core.ids import new_id
from bigmodel.core.model import Base
from bigmodel.settings import Settings

BYTES_CAP = 5 * 10**9
SPARE_BYTES = 500 * 10**6  # what must stay free on the disk
BOUNDS = Bounds(files=10_000, total=2**50, one_file=2**50)  # what is copied has bounds of its own
BROKEN = ("archive_broken", "archive_truncated", "archive_split", "media_damaged")


def import_path(path: Path, settings: Settings, *, name: str = "") -> Base:
    """Check a folder or ZIP of a Transformers model, copy it onto the shelf, and return what it is.

    Raises:
        ModelError: it is not a usable and safe model; nothing is left on disk.
    """
    wanted_name = (name or path.stem or path.name).strip()
    with stage(settings) as model:
        if path.is_dir():
            _copy_folder(path, model)
        elif path.is_file() and bare_weights({path.name}):
            shutil.copyfile(path, model / path.name)
        elif path.is_file() and path.name.lower().endswith(PICKLES):
            raise ModelError("model_pickle", file=path.name[:80])
        elif path.is_file() and is_archive(path, is_named=True):
            _copy_zip(path, model)
        else:
            raise ModelError("model_not_folder_or_zip", name=path.name[:80])
        _convert(model, settings)
        checked = check_folder(model)
        base = Base(name=_free_name(settings.bases, wanted_name), kind="folder")
        return put(model, settings.bases, base, checked)


def _convert(model: Path, settings: Settings) -> None:
    """Turn weights that came alone into a model with a configuration."""
    bare = bare_weights({path.name for path in model.iterdir()})
    if bare:
        given = (model / bare).rename(model.parent / bare)
        convert_bare(given, model, settings)
        given.unlink()


@contextmanager
def stage(settings: Settings) -> Iterator[Path]:
    """Give a fresh folder for a model on the disk of the shelf, and remove what is left of it afterwards."""
    beside = settings.bases / f".new-{new_id()}"
    model = beside / shelf.MODEL
    model.mkdir(mode=0o700, parents=True)
    try:
        yield model
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def put(model: Path, bases: Path, base: Base, checked: Checked) -> Base:
    """Seal a staged and checked model and move it to its place in one step; return it with its sizes."""
    size = sum(path.stat().st_size for path in model.rglob("*") if path.is_file())
    whole = replace(
        base,
        source=base.source or f"folder:{shelf.slug_of(base.name)}",
        medium=checked.medium,
        writes=checked.writes,
        finds=checked.finds,
        has_stages=checked.has_stages,
        needs_gpu=checked.needs_gpu,
        size_mb=round(size / 1e6, 1),
        parameters_m=round(checked.parameters / 1e6, 1),
    )
    shelf.seal(model.parent, whole)
    place = shelf.place(bases, base.name)
    if place.exists():
        place.rename(model.parent.with_name(f"{model.parent.name}-old"))
    model.parent.rename(place)
    shutil.rmtree(model.parent.with_name(f"{model.parent.name}-old"), ignore_errors=True)
    return whole


def _free_name(bases: Path, name: str) -> str:
    """Return the name, with a number when its place is taken; it must not look like an id of the hub or a base of ours."""
    plain = name.replace("/", "-")[:60] or "model"
    names = (plain, *(f"{plain}-{count}" for count in range(2, 10_000)))
    ours = read_wheels()
    return next(n for n in names if n not in ours and not shelf.place(bases, n).exists())


def _copy_folder(source: Path, model: Path) -> None:
    root = source if _is_root(source) else _only_folder(source)
    if (root / pipeline.INDEX).is_file():
        return _copy_pipeline(root, model)
    paths = [path for path in root.iterdir() if not path.name.startswith(".")]
    names = {path.name for path in paths if not path.is_dir()}
    bare = bare_weights(names)
    if not bare:
        check_names(names)
    for path in sorted(paths):
        if path.name == bare or (is_wanted(path.name) and not bare):
            if path.is_symlink() or not path.is_file():
                raise ModelError("model_link", file=path.name)
            _require_space(model, path.stat().st_size)
            shutil.copyfile(path, model / path.name)
    return None


def _copy_pipeline(root: Path, model: Path) -> None:
    """Copy the files of a pipeline, which lie in folders of their own."""
    paths = [path for path in (*root.glob("*"), *root.glob("*/*")) if not path.is_dir()]
    files = {path.relative_to(root).as_posix(): path for path in paths}
    for name in pipeline.chosen(files):
        path = files[name]
        if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
            raise ModelError("model_link", file=name)
        _require_space(model, path.stat().st_size)
        (model / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(path, model / name)


def _is_root(folder: Path) -> bool:
    if any((folder / name).is_file() for name in (CONFIG, pipeline.INDEX)):
        return True
    return bare_weights({path.name for path in folder.iterdir() if path.is_file()}) is not None


def _only_folder(source: Path) -> Path:
    """Return the one folder inside that has a configuration, as when a ZIP was unpacked one level deep."""
    inside = [path for path in source.iterdir() if not path.is_symlink() and path.is_dir()]
    with_config = [path for path in inside if _is_root(path)]
    return with_config[0] if len(with_config) == 1 else source


def _copy_zip(source: Path, model: Path) -> None:
    try:
        with closing(open_archive(source, BOUNDS)) as archive:
            members = _members(archive)
            if pipeline.INDEX in members:
                picked = {name: members[name] for name in pipeline.chosen(members)}
            else:
                bare = bare_weights(set(members))
                if not bare:
                    check_names(set(members))
                picked = {
                    name: member
                    for name, member in members.items()
                    if name == bare or (is_wanted(name) and not bare)
                }
            _require_space(model, sum(member.size for member in picked.values()))
            for name, member in picked.items():
                (model / name).parent.mkdir(exist_ok=True)
                with (model / name).open("xb") as file:
                    file.writelines(member.chunks())
    except DatasetError as error:
        file_name = str(error.args_of_words.get("name", source.name[:80]))
        if error.key == "archive_locked":
            raise ModelError("model_zip_encrypted", file=file_name) from error
        if error.key in BROKEN:
            raise ModelError("model_zip_broken", name=source.name[:80]) from error
        raise ModelError("model_zip_unsafe", file=file_name) from error


def _members(archive: Archive) -> dict[str, Member]:
    """Return the files of the model's folder by name, of a pipeline with those of its parts; archives that play tricks are refused whole."""
    paths = [(PurePosixPath(member.name), member) for member in archive.members]
    is_pipeline = any(path.name == pipeline.INDEX for path, _ in paths)
    mark, depth = (pipeline.INDEX, 2) if is_pipeline else (CONFIG, 1)
    folders = [path.parent for path, _ in paths if path.name == mark]
    if not folders and bare_weights({path.name for path, _ in paths}):
        folders = [path.parent for path, _ in paths if bare_weights({path.name})]
    root = min(folders, key=lambda folder: len(folder.parts), default=PurePosixPath())
    inside = [(path.relative_to(root), member) for path, member in paths if root in path.parents]
    near = [(path.as_posix(), member) for path, member in inside if len(path.parts) <= depth]
    mine = dict(near)
    repeated = len(mine) < len(near)
    for path, _ in paths:
        if ":" in path.name or repeated:
            raise ModelError("model_zip_unsafe", file=shown_name(path.name))
    return mine


def _require_space(model: Path, size: int) -> None:
    if size > BYTES_CAP:
        raise ModelError("model_files_big", gb=round(size / 1e9, 1), limit_gb=BYTES_CAP // 10**9)
    require_disk(model, size)


def require_disk(folder: Path, size: int) -> None:
    """Refuse before the disk would fill up.

    Raises:
        ModelError: `disk_short_for_model`.
    """
    free = shutil.disk_usage(folder).free
    if size + SPARE_BYTES > free:
        raise ModelError("disk_short_for_model", needed_mb=size // 10**6, free_mb=free // 10**6)
