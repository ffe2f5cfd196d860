"""The ways in to the Data tab: a file, a folder, what was gathered in the page; and what the person is asked meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from bigmodel.core.datasets.dataset import NO_LABEL, Dataset
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from pages.shared.data import dataset_view as view
from pages.shared.data import media_view
from pages.shared.data.given import Import
from pages.shared.data.paste_view import PasteView
from pages.shared.data.workbook_view import WorkbookView
from pages.shared.web.guard import Newest, guard
from pages.shared.web.page import QUIET, Context, Updates
from pages.shared.web.theme import script
from pages.shared.widgets.form import task_choices

ONE_FOLDER = "one_folder"  # the refusal of files that all have the same class
NO_ROOM = ("disk_grown", "disk_limited")  # refusals of what can only come again smaller
IN_NAMES = "media_names"  # the one of files whose names may hold the class
MAPPED_TABLE = ("pages.data.text_column", "pages.data.label_column")
MAPPED = {  # what the two columns are called, by what asks for them
    "transcripts_columns": ("pages.media.file_column", "pages.media.text_column"),
    "labels_columns": ("pages.media.file_column", "pages.media.class_column"),
    "media_several": ("pages.media.file_column", "pages.media.class_column"),
}


class Intake:
    """The folder box, the tray box, the box to paste into, the card of a workbook, the explanation of a refusal and its question."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        t = ctx.t
        self.task = gr.Dropdown(
            [(t("pages.data.task_guess"), ""), *task_choices(ctx)],
            value="",
            label=t("pages.data.task"),
            elem_id="data-task",
        )
        self.folder = gr.HTML(
            None,
            html_template='<div class="bm-folder" data-testid="folder"></div>',
            js_on_load=script("folder.js"),
            elem_id="data-folder",
        )
        with gr.Accordion(t("pages.tray.title"), open=False, elem_id="data-collect"):
            self.tray = gr.HTML(
                "",
                html_template='<div class="bm-tray" data-testid="tray"></div>',
                js_on_load=script("devices.js", "box.js", "tray.js"),
                elem_id="data-tray",
            )
        self.paste = PasteView(ctx)
        self.refused = gr.HTML(
            "", elem_id="data-refused", visible=False, js_on_load=script("in_sight.js")
        )
        self.pending = gr.State(None)  # an upload that needs an answer before it can be taken
        self.changed = gr.State("")  # the version of a dataset that was there before
        with gr.Row(visible=False, elem_id="data-answer") as self.answer:
            self.level = gr.Radio(
                [], label=t("pages.media.level_label"), elem_id="data-level", visible=False
            )
            self.go_on = gr.Button(variant="primary", elem_id="data-go-on", scale=0, min_width=220)
            self.cancel = gr.Button(t("pages.media.cancel"), elem_id="data-cancel", scale=0)
        self.workbook = WorkbookView(ctx)
        self.told = Newest()

    @property
    def outputs(self) -> list[Any]:
        """The components that `closed` fills."""
        return [self.refused, self.pending, self.answer]

    def closed(self) -> Updates:
        """Return that nothing was refused and nothing is asked."""
        return {
            self.refused: gr.HTML("", visible=False),
            self.pending: None,
            self.answer: gr.Row(visible=False),
        }

    def left_in_sight(self, drawn: Updates, parts: Sequence[Any] = ()) -> Updates:
        """Return what is drawn of a dataset without the parts that hold what was just refused, or some of them."""
        refusal = set(parts or (*self.outputs, *self.below))
        return {part: update for part, update in drawn.items() if part not in refusal}

    def wire(
        self,
        file: gr.File,
        test_file: gr.File,
        apply: gr.Button,
        below: Sequence[Any],
        show: Callable[..., object],
        shown: Sequence[Any],
    ) -> None:
        """Wire every way in. `below` are the columns with their two choices, the body of the tab, and further columns to read and to learn."""
        guarded, told = guard(self.ctx.services.words), self.told.keep
        self.below = below

        def protect(handler: Callable[..., object]) -> Callable[..., object]:
            return guarded(told(handler))

        taken = [
            self.ctx.dataset, *self.outputs, self.level, self.go_on, self.folder, self.tray, self.changed, *below,
            *self.workbook.outputs, self.task,
        ]  # fmt: skip
        take: Mapping[str, Any] = {"api_visibility": "private", "show_progress_on": self.folder}
        upload = {**take, "show_progress_on": file}
        brought = [file.upload(protect(self.upload), [file, self.task], taken, **upload)]
        sent = protect(self.take_tray), [self.ctx.dataset, self.task], taken
        brought += [box.submit(*sent, **take) for box in (self.folder, self.tray)]
        for event in brought:
            event.success(None, None, None, js=script("brought.js"), **QUIET)
        test_file.upload(protect(self.take_test), [self.ctx.dataset, test_file], taken, **take)
        paste, card = self.paste, self.workbook
        paste.button.click(
            protect(self.take_pasted), [paste.text, paste.name], [*taken, paste.text], **take
        )
        asked = [self.ctx.dataset, self.pending, card.sheet]
        card.sheet.input(protect(self.use_sheet), asked, taken, **take)
        card.grid.submit(protect(self.use_row), asked, taken, **take)
        columns = [self.ctx.dataset, self.pending, *below[1:3], *below[4:]]
        apply.click(protect(self.use_columns), columns, taken, **take)
        self.changed.change(show, self.ctx.dataset, list(shown), **QUIET)
        self.go_on.click(protect(self.agree), [self.pending, self.level], taken, **take)
        given_up = self.cancel.click(protect(self.give_up), self.pending, file, **QUIET)
        given_up.success(show, self.ctx.dataset, list(shown), **QUIET)

    def upload(
        self,
        path: str,
        task: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Import a file; what cannot be used is explained in the page, not in a toast that goes away."""
        return self._take(Import(path=path, task=task or ""), request, progress)

    def take_tray(
        self,
        dataset_id: str,
        task: str | None,
        event: gr.EventData,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Make a dataset of a folder that was sent or of what was gathered here, or let the one shown grow."""
        if event.add and not dataset_id:
            raise DatasetError("no_dataset")
        given = Import(tray=str(event.tray), name=str(event.name), task=task or "")
        given = replace(given, add_to=dataset_id if event.add else "")
        return self._take(given, request, progress)

    def take_pasted(
        self,
        text: str,
        name: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Make a dataset of what was pasted; the box is emptied once it is one."""
        path = self.ctx.services.workbooks.write_pasted(text)
        title = self.paste.title(name, request)
        taken = self._take(Import(str(path), is_pasted=True, name=title), request, progress)
        return taken | {self.paste.text: ""} if self.ctx.dataset in taken else taken

    def use_sheet(
        self,
        dataset_id: str,
        pending: Import | None,
        sheet: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Read another sheet of the workbook shown, whether it is a dataset already or was refused."""
        given = pending or Import(reread=dataset_id)
        asked = replace(given, sheet=sheet, header_row=0, text="", label="")
        return self._take(asked, request, progress)

    def use_row(
        self,
        dataset_id: str,
        pending: Import | None,
        sheet: str,
        event: gr.EventData,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Take the names of the columns from the row that was pressed."""
        given = pending or Import(reread=dataset_id)
        asked = replace(given, sheet=sheet, header_row=int(event.row), text="", label="")
        return self._take(asked, request, progress)

    def take_test(
        self,
        dataset_id: str,
        path: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Set the person's own test file."""
        return self._take(Import(path=path, test_of=dataset_id), request, progress)

    def agree(
        self,
        pending: Import | None,
        level: int | str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Go on with the answer: without the files that cannot be read, with the level chosen, or unsorted."""
        if pending is None:
            raise DatasetError("no_dataset")
        answers: dict[str, Any] = {"leave_out": True}
        if pending.question == ONE_FOLDER:
            answers = {"label": NO_LABEL}
        elif pending.question == IN_NAMES:
            answers = {"label": NO_LABEL} if level == NO_LABEL else {"name_part": str(level or "")}
        elif level:
            answers = {"level": level}
        return self._take(replace(pending, **answers), request, progress)

    def use_columns(
        self,
        dataset_id: str,
        pending: Import | None,
        text: str,
        label: str,
        more: list[str] | None,
        also: list[str] | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - Gradio asks for it
    ) -> Updates:
        """Take other columns: of the dataset, or of an upload that was refused with the guessed ones."""
        if not text or not label:
            raise DatasetError("columns_not_chosen")
        if pending:
            chosen = replace(pending, text=text, label=label, also=tuple(also or ()))
            return self._take(chosen, request, progress)
        owner = self.ctx.owner(request)
        dataset = self.ctx.services.datasets.choose_columns(
            owner, dataset_id, text=text, label=label, more=more or (), also=also or ()
        )
        self.ctx.notice(request, self.ctx.say(request, "pages.data.columns_changed"))
        return self._taken(dataset, is_changed=True)

    def give_up(self, pending: Import | None, request: gr.Request) -> None:
        """Forget what was asked about, and its file in the box; a folder that was sent is forgotten with it."""
        if pending and pending.tray:
            self._discard(pending.tray, request)

    def _take(self, given: Import, request: gr.Request, progress: Callable[..., object]) -> Updates:
        reading = self.ctx.say(request, "pages.data.reading")

        def tell(share: float) -> None:
            progress(share, desc=reading)

        try:
            dataset = self._imported(given, request, tell)
        except DatasetError as error:
            if error.key in NO_ROOM and given.path:  # the upload itself takes room until it goes
                Path(given.path).unlink(missing_ok=True)
            return self._refusal(error, given, request)
        if given.is_pasted:
            self.ctx.services.workbooks.forget_pasted(Path(given.path))
        say = partial(self.ctx.say, request)
        self.ctx.notice(request, _said(say, dataset, given))
        if task := self.ctx.services.training.unfit_for(dataset, given.task):
            self.ctx.notice(request, say("pages.data.task_unfit", task=say(f"tasks.{task}.name")))
        return self._taken(
            dataset,
            is_changed=bool(given.add_to or given.test_of or given.reread),
            looks_anew=bool(given.tray),
        )

    def _taken(self, dataset: Dataset, *, is_changed: bool, looks_anew: bool = False) -> Updates:
        """Return the dataset to show; one that was shown already is shown again by its new version."""
        taken: Updates = {
            self.ctx.dataset: dataset.id,
            **self.closed(),
            self.level: gr.Radio(visible=False),
            self.task: "",
        }
        if looks_anew:
            taken |= {self.folder: new_id(), self.tray: new_id()}
        if is_changed:
            taken |= {self.changed: f"{dataset.id} {dataset.version.number}"}
        return taken

    def _imported(
        self, given: Import, request: gr.Request, progress: Callable[[float], None]
    ) -> Dataset:
        owner, datasets = self.ctx.owner(request), self.ctx.services.datasets
        names = [] if given.reread else ["leave_out", "level", "name_part"]
        names += ["text", "label"] if given.label else []
        names += ["task"] if given.task else []
        names += ["also"] if given.also and not (given.test_of or given.reread) else []
        answers: dict[str, Any] = {name: getattr(given, name) for name in names}
        if given.test_of:
            return datasets.set_test_file(owner, given.test_of, Path(given.path), **answers)
        if given.reread or not given.tray:
            answers |= {"sheet": given.sheet, "header_row": given.header_row}
        if given.reread:
            return self.ctx.services.workbooks.reread(owner, given.reread, **answers)
        if not given.tray:
            path = Path(given.path)
            answers |= {"name": given.name, "progress": progress}
            return datasets.import_file(owner, path, **answers)
        trays, growing = self.ctx.services.uploads, self.ctx.services.append
        if given.add_to:
            add = partial(growing.add_files, owner, given.add_to, leave_out=given.leave_out)
            return trays.consume(owner, given.tray, add)
        answers["name"] = given.name or self.ctx.say(request, "pages.media.own_name")
        make = partial(datasets.import_tray, owner, progress=progress, **answers)
        return trays.consume(owner, given.tray, make)

    def _discard(self, tray_id: str, request: gr.Request) -> None:
        """Forget a folder that was sent; what somebody gathered here is kept until it has become a dataset."""
        owner, trays = self.ctx.owner(request), self.ctx.services.uploads
        if trays.get(owner, tray_id).kind == "folder":
            trays.discard(owner, tray_id)

    def _refusal(self, error: DatasetError, given: Import, request: gr.Request) -> Updates:
        say = partial(self.ctx.say, request)
        names = list(error.columns)
        can_retry = len(names) > 1
        question, level, go_on = self._question(error, given, request)
        labels = [say(key) for key in MAPPED.get(error.key, MAPPED_TABLE)]
        if not question:
            title = escape(say("pages.media.unsure" if go_on else "pages.data.refused"))
            found = view.problems(
                error.problems, self.ctx.services.words, self.ctx.language(request)
            )
            question = f'<p class="bm-lead">{title}</p>{found}'
        columns, text, label, body, _, also = self.below
        return {
            self.refused: gr.HTML(question, visible=True),
            self.pending: replace(given, question=error.key)
            if can_retry or go_on or error.look
            else None,
            self.answer: gr.Row(visible=True),  # *Cancel* leads back to what was there before
            self.level: level,
            self.go_on: gr.Button(go_on, visible=bool(go_on)),
            self.folder: new_id(),
            columns: gr.Row(visible=can_retry),
            text: gr.Dropdown(names, value=None, label=labels[0]),
            label: gr.Dropdown(names, value=None, label=labels[1]),
            also: gr.Dropdown(names, value=[], multiselect=True),
            body: gr.Column(visible=False),
            **self.workbook.drawn(error.look, request),
        }

    def _question(
        self, error: DatasetError, given: Import, request: gr.Request
    ) -> tuple[str, gr.Radio, str]:
        """Return what a refusal asks the person as HTML, the choices, and the words of its button."""
        say = partial(self.ctx.say, request)
        away = gr.Radio([], value=None, visible=False)
        if error.key == "media_unreadable":
            files = [(name, self.ctx.tell(request, told)) for name, told in error.unreadable]
            button = say("pages.media.leave_out", count=len(files))
            return media_view.unreadable(files, say), away, button
        if error.key == "media_level":
            choices = [
                (media_view.level_choice(number, names, say), number)
                for number, names in error.levels.items()
            ]
            first = choices[0][1]
            question = f'<p class="bm-lead">{escape(say("pages.media.which_level"))}</p>'
            label = say("pages.media.level_label")
            radio = gr.Radio(choices, value=first, label=label, visible=True)
            return question, radio, say("pages.media.use_level")
        if error.key == IN_NAMES:
            places = [(media_view.name_choice(found, say), found.place) for found in error.names]
            none = (say("pages.media.name_none"), NO_LABEL)
            question = f'<p class="bm-lead">{escape(say("pages.media.which_name"))}</p>'
            label, first_place = say("pages.media.name_label"), places[0][1]
            radio = gr.Radio([*places, none], value=first_place, label=label, visible=True)
            return question, radio, say("pages.media.use_name")
        if error.key == ONE_FOLDER and not given.test_of:
            return "", away, say("pages.media.take_unsorted")
        return "", away, ""


def _said(say: Callable[..., str], dataset: Dataset, given: Import) -> str:
    summary = dataset.version.summary
    words = "pages.data" if summary.medium == "text" else "pages.media"
    if given.reread:
        upload = dataset.version.recipe.uploads[0]
        return say("pages.workbook.read_again", sheet=upload.sheet, rows=summary.rows)
    if given.test_of:
        return say(f"{words}.test_added", rows=summary.split_rows["test"])
    return say(f"{words}.imported", name=dataset.name, rows=summary.rows)
