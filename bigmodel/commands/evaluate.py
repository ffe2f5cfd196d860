"""`evaluate`: what a trained model is worth on rows it never saw; all numbers come from the service."""

import argparse
from collections.abc import Mapping
from functools import partial
from typing import Any

from bigmodel.commands.reference import OWNER, find_job
from bigmodel.commands.terminal import Terminal
from bigmodel.core.job import Job
from bigmodel.core.metric import Metric, metric
from bigmodel.core.results.panel import Table
from bigmodel.core.results.results import Measure, Results
from bigmodel.services.panels import draw, title
from bigmodel.services.studio import Services

NO_PANELS = {
    "confusion": (),
    "classes": (),
    "errors": (),
    "columns": (),
    "roc_auc": None,
    "roc_auc_micro": None,
}


def run(args: argparse.Namespace, services: Services, terminal: Terminal) -> int:
    """Show the results of a job's kept model, on its test rows or on another file."""
    job = find_job(services, args.job)
    if args.beside:
        return _run_beside(job, find_job(services, args.beside), services, terminal)
    if args.on:
        results = services.results.evaluate_file(OWNER, job.id, args.on)
    else:
        results = services.results.results(OWNER, job.id)
    kind = services.results.kind(services.results.model(OWNER, job.id))
    terminal.record({"job": job.id} | record_of(results, kind.baseline, terminal))
    _show(results, terminal)
    return 0


def _run_beside(job: Job, other: Job, services: Services, terminal: Terminal) -> int:
    """Show a job's kept model beside an earlier job's, on test rows that neither learned from."""
    with terminal.bar(terminal.text("evaluate.asking", name=other.name)) as move:
        found = services.compare.compare(
            OWNER, job.id, other.id, progress=lambda done, rows: move(done / max(1, rows), "")
        )
    measures = {
        one.measure: {
            "new": (one.new.value, one.new.low, one.new.high),
            "old": (one.old.value, one.old.low, one.old.high),
            "difference": (one.difference.value, one.difference.low, one.difference.high),
        }
        for one in found.measures
    }
    sentence = terminal.tell(found.sentence)
    remarks = [terminal.tell(remark) for remark in found.remarks]
    counted = {"rows": found.rows, "only_new": found.only_new, "only_old": found.only_old}
    told = {"sentence": sentence, "remarks": remarks, "measures": measures}
    terminal.record({"job": job.id, "beside": other.id} | counted | told)
    for line in (sentence, *remarks):
        terminal.write(line)
    rows = [
        (
            _name(metric(one.measure, found.metrics), terminal),
            *map(_with_ends, (one.new, one.old, one.difference)),
        )
        for one in found.measures
    ]
    terminal.table(("measure", "new", "old", "difference"), rows)
    return 0


def _with_ends(measure: Measure) -> str:
    ends = f" ({measure.low:.4f} to {measure.high:.4f})" if measure.has_interval else ""
    return f"{measure.value:.4f}{ends}"


def record_of(results: Results, simplest: tuple[str, str], terminal: Terminal) -> dict[str, Any]:
    """Return an evaluation for machines: each measure as a number, its interval beside it.

    `simplest` names the simplest guess and its measure, as the answer type does.
    """
    values = {name: measure.value for name, measure in results.measures.items()}
    guess, measure = simplest
    baseline = results.beside.get(guess, {}).get(measure)
    # of one model of several columns, and of models apart
    costs = [p.data["cost"] for p in results.panels if p.data.get("cost") and not p.of]
    return (
        NO_PANELS
        | {metric.name: None for metric in results.metrics}
        | values
        | {
            "family": results.family,
            "rows": results.rows,
            "is_folded": results.is_folded,
            "labels": results.labels,
            "baseline": baseline.value if baseline else None,
            "intervals": {
                name: (m.low, m.high) for name, m in results.measures.items() if m.has_interval
            },
            "beside": {name: _values(measures) for name, measures in results.beside.items()},
            "ahead": {name: (one.value, one.low, one.high) for name, one in results.ahead.items()},
            **{
                panel.kind: panel.data["rows"]
                for panel in results.panels
                if panel.kind in NO_PANELS and not panel.of
            },
            **({"cost": costs[0]} if costs else {}),
            "panels": [
                {"kind": panel.kind, "name": panel.name, "data": panel.data}
                for panel in results.panels
                if (panel.kind not in NO_PANELS or panel.of) and not panel.quotes
            ],
            "sentence": terminal.tell(results.sentence),
            "remarks": [terminal.tell(remark) for remark in results.remarks],
        }
    )


def _values(measures: Mapping[str, Measure]) -> dict[str, float]:
    return {name: measure.value for name, measure in measures.items()}


def _name(metric: Metric, terminal: Terminal) -> str:
    known = terminal.words.has(metric.title)
    return terminal.words.text(terminal.language, metric.title) if known else metric.name


def _value(measures: Mapping[str, Measure], name: str) -> str:
    return f"{measures[name].value:.4f}" if name in measures else ""


def _show(results: Results, terminal: Terminal) -> None:
    say = partial(terminal.words.text, terminal.language)
    terminal.write(terminal.tell(results.sentence))
    for remark in results.remarks:
        terminal.write(terminal.tell(remark))
    beside, ahead = list(results.beside), ["difference"] if results.ahead else []
    rows = [
        (
            _name(results.metric(name), terminal),
            f"{measure.value:.4f}",
            f"{measure.low:.4f}-{measure.high:.4f}" if measure.has_interval else "–",
            *(_value(results.beside[other], name) for other in beside),
            *([_with_ends(results.ahead[name])] if name in results.ahead else ["–"] * len(ahead)),
        )
        for name, measure in results.measures.items()
    ]
    terminal.table(("measure", "value", "interval", *beside, *ahead), rows)
    for panel in results.panels:
        drawn = draw(panel, say)
        if isinstance(drawn, Table):
            terminal.write(f"\n{title(panel, say)}")
            terminal.said_table(drawn.heads, drawn.rows)
