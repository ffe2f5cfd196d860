"""The grammar of the command line, in the person's language; it runs nothing itself."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from bigmodel.commands import (
    bases,
    checkup,
    data,
    doctor,
    evaluate,
    grow,
    jobs,
    predict,
    project,
    show,
    train,
)
from bigmodel.commands.people import users, voices
from bigmodel.commands.terminal import Terminal
from bigmodel.core.datasets.card import CARD_FIELDS
from bigmodel.core.datasets.checkup import VALUE, WAYS
from bigmodel.core.datasets.dataset import NO_LABEL
from bigmodel.core.language import LANGUAGES, Language
from bigmodel.core.task import PRESETS
from bigmodel.services.results.answer_table import ENDINGS
from bigmodel.services.studio import Services
from bigmodel.words import Words

PROGRAM = "python -m bigmodel"
Command = Callable[[argparse.Namespace, Services, Terminal], int]


class Grammar:
    """Builds the parsers; every one of them takes `--json` and `--lang`, before or after its name."""

    def __init__(self, words: Words, language: Language) -> None:
        self._words = words
        self._language = language

    def build(self) -> argparse.ArgumentParser:
        """Return the whole grammar. What it parses holds `run`, a `Command`."""
        parser = argparse.ArgumentParser(
            PROGRAM, description=self._help("about"), allow_abbrev=False
        )
        self._common(parser)
        commands = parser.add_subparsers(metavar="COMMAND", required=True)
        self._data(self._group(commands, "data"))
        self._train(self._command(commands, "train", train.run))
        self._jobs(self._group(commands, "jobs"))
        self._evaluate(self._command(commands, "evaluate", evaluate.run))
        self._predict(self._command(commands, "predict", predict.run))
        self._show(self._command(commands, "show", show.run))
        self._export(self._command(commands, "export", show.run_export))
        self._project(self._group(commands, "project"))
        self._bases(self._group(commands, "bases"))
        self._report(self._command(commands, "report", doctor.report))
        self._command(commands, "doctor", doctor.run)
        self._users(self._group(commands, "users"))
        self._voices(self._group(commands, "voices"))
        return parser

    def _data(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        load = self._command(commands, "import", data.run_import, "data_import")
        load.add_argument("file", metavar="FILE", type=Path, help=self._help("file"))
        load.add_argument("--name", metavar="N", help=self._help("dataset_name"))
        load.add_argument("--task", metavar="T", help=self._help("task"))
        self._columns(load)
        self._workbook(load)
        self._answers(load)
        self._command(commands, "list", data.run_list, "data_list")
        shown = self._command(commands, "show", data.run_show, "data_show")
        add = self._command(commands, "add", grow.run_add, "data_add")
        export = self._command(commands, "export", data.run_export, "data_export")
        counted = self._command(commands, "labels", grow.run_labels, "data_labels")
        parted = self._command(commands, "split", grow.run_split, "data_split")
        checked = self._command(commands, "check", checkup.run_check, "data_check")
        cleaned = self._command(commands, "clean", checkup.run_clean, "data_clean")
        doubted = self._command(commands, "doubts", checkup.run_doubts, "data_doubts")
        filled = self._command(commands, "fill", checkup.run_fill, "data_fill")
        alike = self._command(commands, "similar", data.run_similar, "data_similar")
        card = self._command(commands, "card", data.run_card, "data_card")
        delete = self._command(commands, "delete", data.run_delete, "data_delete")
        for parser in (
            shown, add, export, counted, parted, filled, checked, cleaned, doubted, alike, card, delete,
        ):  # fmt: skip
            parser.add_argument("dataset", metavar="DATASET", help=self._help("dataset"))
        alike.add_argument("query", metavar="QUERY", help=self._help("similar_query"))
        add.add_argument("file", metavar="FILE", type=Path, help=self._help("add_file"))
        add.add_argument("--keep-repeated", action="store_true", help=self._help("keep_repeated"))
        self._exported(export)
        by = parted.add_mutually_exclusive_group()
        by.add_argument("--group", metavar="COLUMN", help=self._help("split_group"))
        by.add_argument("--name-part", metavar="PLACE", type=int, help=self._help("split_name"))
        by.add_argument("--time", metavar="COLUMN", help=self._help("split_time"))
        by.add_argument("--given", metavar="COLUMN", help=self._help("split_given"))
        by.add_argument("--random", action="store_true", help=self._help("split_random"))
        by.add_argument("--test", metavar="FILE", type=Path, help=self._help("split_test"))
        parted.add_argument("--measure", action="store_true", help=self._help("split_measure"))
        self._filled(filled)
        self._checked(checked, cleaned)
        for name in CARD_FIELDS:
            card.add_argument(f"--{name}", metavar="TEXT", help=self._help(f"card_{name}"))
        card.add_argument("--out", metavar="FILE", type=Path, help=self._help("card_out"))
        delete.add_argument("--yes", action="store_true", help=self._help("yes"))

    def _checked(self, check: argparse.ArgumentParser, clean: argparse.ArgumentParser) -> None:
        which = check.add_mutually_exclusive_group()
        which.add_argument("--repair", metavar="KIND", help=self._help("check_repair"))
        which.add_argument("--undo", action="store_true", help=self._help("check_undo"))
        clean.add_argument(
            "--steps",
            metavar="STEPS",
            type=lambda text: [name for name in text.split(",") if name],
            default=[],
            help=self._help("clean_steps"),
        )
        for parser in (check, clean):
            parser.add_argument("--dry", action="store_true", help=self._help("fill_dry"))

    def _filled(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--column", metavar="COLUMN", help=self._help("fill_column"))
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--value", metavar="VALUE", help=self._help("fill_value"))
        for name in WAYS:
            if name != VALUE:
                way.add_argument(
                    f"--{name}",
                    dest="way",
                    action="store_const",
                    const=name,
                    help=self._help(f"fill_{name}"),
                )
        parser.add_argument("--dry", action="store_true", help=self._help("fill_dry"))

    def _train(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "dataset", metavar="DATASET_OR_FILE", help=self._help("dataset_or_file")
        )
        parser.add_argument("--task", metavar="T", help=self._help("task"))
        parser.add_argument("--base", metavar="NAME", help=self._help("base"))
        parser.add_argument(
            "--preset", choices=PRESETS, default="balanced", help=self._help("preset")
        )
        self._set(parser)
        parser.add_argument("--budget", metavar="SECONDS", type=int, help=self._help("budget"))
        parser.add_argument("--name", metavar="N", help=self._help("job_name"))
        parser.add_argument("--consent", metavar="FILE", type=Path, help=self._help("consent"))
        self._columns(parser)
        self._workbook(parser)
        self._answers(parser)
        parser.add_argument("--wait", action="store_true", help=self._help("wait"))
        parser.add_argument("--forecast", action="store_true", help=self._help("forecast"))

    def _jobs(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        listing = self._command(commands, "list", jobs.run_list, "jobs_list")
        listing.add_argument("--limit", metavar="N", type=int, default=50, help=self._help("limit"))
        self._job(self._command(commands, "show", jobs.run_show, "jobs_show"))
        self._job(self._command(commands, "cancel", jobs.run_cancel, "jobs_cancel"))
        self._job(self._command(commands, "pause", jobs.run_pause, "jobs_pause"))
        self._job(self._command(commands, "resume", jobs.run_resume, "jobs_resume"))
        again = self._command(commands, "again", jobs.run_again, "jobs_again")
        further = self._command(commands, "continue", jobs.run_continue, "jobs_continue")
        for parser in (again, further):
            self._job(parser)
        self._set(again)
        again.add_argument("--newest", action="store_true", help=self._help("newest"))
        further.add_argument(
            "--epochs", metavar="N", type=int, default=1, help=self._help("more_epochs")
        )

    def _evaluate(self, parser: argparse.ArgumentParser) -> None:
        self._job(parser)
        other = parser.add_mutually_exclusive_group()
        other.add_argument("--on", metavar="FILE", type=Path, help=self._help("on"))
        other.add_argument("--beside", metavar="JOB", help=self._help("beside"))

    def _predict(self, parser: argparse.ArgumentParser) -> None:
        self._job(parser)
        parser.add_argument("text", metavar="TEXT", nargs="*", help=self._help("text"))
        parser.add_argument("--file", metavar="IN", type=Path, help=self._help("predict_file"))
        parser.add_argument("--out", metavar="OUT", type=Path, help=self._help("predict_out"))
        parser.add_argument(
            "--dial", metavar="NAME=VALUE", action="append", default=[], help=self._help("dial")
        )
        parser.add_argument("--base", action="store_true", help=self._help("predict_base"))
        parser.add_argument("--srt", action="store_true", help=self._help("predict_srt"))
        parser.add_argument("--vtt", action="store_true", help=self._help("predict_vtt"))
        parser.add_argument("--speakers", metavar="JOB", help=self._help("predict_speakers"))
        parser.add_argument(
            "--language", metavar="CODE", default="", help=self._help("predict_language")
        )

        def check(args: argparse.Namespace) -> None:
            if bool(args.text) == bool(args.file) or (args.file and not args.out):
                parser.error(self._help("predict_either"))
            if args.file and (args.base or args.dial):
                parser.error(self._help("predict_dials"))
            if args.file and (args.srt or args.vtt):
                parser.error(self._help("predict_srt"))
            if not predict.are_places(args):
                parser.error(self._help("predict_out"))
            try:
                dict(map(predict.dial_of, args.dial))
            except ValueError:
                parser.error(self._help("dial"))

        parser.set_defaults(check=check, texts_in="text")

    def _show(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("model", metavar="MODEL", help=self._help("show_model"))
        parser.add_argument(
            "--out", metavar="PAGE", type=Path, required=True, help=self._help("show_out")
        )
        parser.add_argument("--examples", action="store_true", help=self._help("show_examples"))
        parser.add_argument(
            "--training-rows", action="store_true", help=self._help("show_training_rows")
        )

    def _exported(self, export: argparse.ArgumentParser) -> None:
        export.add_argument("--model", metavar="M", help=self._help("export_model"))
        export.add_argument(
            "--out", metavar="OUT", type=Path, required=True, help=self._help("export_out")
        )
        export.add_argument("--as", dest="style", metavar="FORM", help=self._help("export_style"))
        self._written(export, "export_out", (*ENDINGS, ".zip"))

    def _export(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("model", metavar="MODEL", help=self._help("show_model"))
        parser.add_argument(
            "--out", metavar="ZIP", type=Path, required=True, help=self._help("package_out")
        )
        sort = parser.add_mutually_exclusive_group()
        for name in ("onnx", "space", "adapter"):
            sort.add_argument(
                f"--{name}", dest="sort", action="store_const", const=name, default="model",
                help=self._help(f"export_{name}"),
            )  # fmt: skip

    def _written(self, parser: argparse.ArgumentParser, key: str, endings: Sequence[str]) -> None:
        """Refuse an `--out` whose ending says nothing about what to write."""

        def check(args: argparse.Namespace) -> None:
            if args.out.suffix.lower() not in endings:
                parser.error(self._help(key))

        parser.set_defaults(check=check)

    def _project(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        save = self._command(commands, "save", project.run_save, "project_save")
        out = self._help("project_out")
        save.add_argument("--out", metavar="FILE", type=Path, required=True, help=out)
        save.add_argument(
            "datasets", metavar="DATASET", nargs="*", help=self._help("project_datasets")
        )
        save.add_argument("--all", action="store_true", help=self._help("project_all"))
        save.add_argument("--bases", action="store_true", help=self._help("project_bases"))
        load = self._command(commands, "load", project.run_load, "project_load")
        load.add_argument("file", metavar="FILE", type=Path, help=self._help("project_file"))

        def check(args: argparse.Namespace) -> None:
            if bool(args.datasets) == args.all:
                save.error(self._help("project_either"))

        save.set_defaults(check=check)

    def _bases(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        self._command(commands, "list", bases.run_list, "bases_list")
        fetch = self._command(commands, "fetch", bases.run_fetch, "bases_fetch")
        fetch.add_argument("names", metavar="NAME", nargs="*", help=self._help("bases_names"))
        fetch.add_argument("--all", action="store_true", help=self._help("bases_all"))
        add = self._command(commands, "add", bases.run_add, "bases_add")
        add.add_argument("file", metavar="FILE", type=Path, help=self._help("bases_file"))
        add.add_argument("--name", metavar="N", help=self._help("bases_name"))
        remove = self._command(commands, "remove", bases.run_remove, "bases_remove")
        remove.add_argument("base", metavar="NAME", help=self._help("bases_one"))

        def check(args: argparse.Namespace) -> None:
            if bool(args.names) == args.all:
                fetch.error(self._help("bases_either"))

        fetch.set_defaults(check=check)

    def _users(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        self._command(commands, "list", users.run_list, "users_list")
        add = self._command(commands, "add", users.run_add, "users_add")
        reset = self._command(commands, "reset", users.run_reset, "users_reset")
        remove = self._command(commands, "remove", users.run_remove, "users_remove")
        for parser in (add, reset, remove):
            parser.add_argument("name", metavar="NAME", help=self._help("user_name"))
        add.add_argument("--admin", action="store_true", help=self._help("user_admin"))
        remove.add_argument("--yes", action="store_true", help=self._help("user_yes"))

    def _voices(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        self._job(self._command(commands, "list", voices.run_list, "voices_list"))
        enrol = self._command(commands, "enrol", voices.run_enrol, "voices_enrol")
        delete = self._command(commands, "delete", voices.run_delete, "voices_delete")
        for parser in (enrol, delete):
            self._job(parser)
            parser.add_argument("name", metavar="NAME", help=self._help("voice_name"))
        enrol.add_argument(
            "takes", metavar="FILE", nargs="+", type=Path, help=self._help("voice_takes")
        )
        enrol.add_argument("--anyway", action="store_true", help=self._help("voice_anyway"))

    def _report(self, parser: argparse.ArgumentParser) -> None:
        out = self._help("report_out")
        parser.add_argument("--out", metavar="FILE", type=Path, required=True, help=out)
        parser.add_argument("--job", metavar="JOB", help=self._help("report_job"))

    def _set(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--set",
            nargs="+",
            action="extend",
            default=[],
            metavar="KEY=VALUE",
            type=self._setting,
            help=self._help("set"),
        )

    def _job(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("job", metavar="JOB", help=self._help("job"))

    def _columns(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--text", metavar="COL", action="append", help=self._help("text_column")
        )
        parser.add_argument(
            "--targets",
            metavar="COL,COL",
            type=lambda text: [name.strip() for name in text.split(",") if name.strip()],
            help=self._help("target_columns"),
        )
        label = parser.add_mutually_exclusive_group()
        label.add_argument("--label", metavar="COL", help=self._help("label_column"))
        label.add_argument(
            "--no-label",
            dest="label",
            action="store_const",
            const=NO_LABEL,
            help=self._help("no_label"),
        )

    def _workbook(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--sheet", metavar="NAME", default="", help=self._help("sheet"))
        parser.add_argument(
            "--header-row", metavar="N", type=int, default=0, help=self._help("header_row")
        )

    def _answers(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--leave-out", action="store_true", help=self._help("leave_out"))
        parser.add_argument("--level", metavar="N", type=int, default=0, help=self._help("level"))
        parser.add_argument(
            "--name-part", metavar="PLACE", default="", help=self._help("name_part")
        )

    def _setting(self, text: str) -> str:
        if not train.is_setting(text):
            raise argparse.ArgumentTypeError(self._help("set_wrong").format(text=text))
        return text

    def _group(
        self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str
    ) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
        parser = commands.add_parser(name, help=self._help(name), description=self._help(name))
        self._common(parser)
        return parser.add_subparsers(metavar="COMMAND", required=True)

    def _command(
        self,
        commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
        name: str,
        run: Command,
        key: str = "",
    ) -> argparse.ArgumentParser:
        about = self._help(key or name)
        parser = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        self._common(parser)
        parser.set_defaults(run=run)
        return parser

    def _common(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help=self._help("json")
        )
        parser.add_argument(
            "--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=self._help("lang")
        )

    def _help(self, key: str) -> str:
        return self._words.texts[self._language][f"cli.help.{key}"]
