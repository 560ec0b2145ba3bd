"""/runs: what each harvest found, took and refused, and why."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from catalogue.discovery.curation import PublicLines
from catalogue.errors import InvalidQuery, NotFound
from catalogue.feeds.run_sheet import as_csv, as_json
from catalogue.model.records import OutcomeKind
from catalogue.web.parameters import once
from catalogue.web.sanitise import public_address
from catalogue.web.sources import page_number
from catalogue.web.state import services

blueprint = Blueprint("runs", __name__)

RUNS_PER_PAGE = 50
OUTCOMES_PER_PAGE = 100
SHEETS = {"csv": (as_csv, "text/csv"), "json": (as_json, "application/json")}
"""How a whole run may be taken along, by suffix."""


@blueprint.get("/runs")
def index() -> str:
    page = page_number()
    slug = source_filter()
    found = services().ledger.runs(slug, limit=RUNS_PER_PAGE + 1, offset=(page - 1) * RUNS_PER_PAGE)
    return render_template(
        "runs.html",
        runs=found[:RUNS_PER_PAGE],
        sources=titles(),
        slug=slug,
        page=page,
        has_more=len(found) > RUNS_PER_PAGE,
    )


@blueprint.get("/runs/<run_id>")
def run(run_id: str) -> str:
    ledger = services().ledger
    found = ledger.run(run_id)
    page, kinds = page_number(), outcome_kinds()
    outcomes = PublicLines(ledger).outcomes(
        run_id, kinds, limit=OUTCOMES_PER_PAGE + 1, offset=(page - 1) * OUTCOMES_PER_PAGE
    )
    return render_template(
        "run.html",
        run=found,
        source_title=titles().get(found.source, found.source),
        outcomes=outcomes[:OUTCOMES_PER_PAGE],
        kinds=kinds,
        page=page,
        has_more=len(outcomes) > OUTCOMES_PER_PAGE,
    )


@blueprint.get("/runs/<run_id>.<suffix>")
def download(run_id: str, suffix: str) -> Response:
    """The balance sheet and every line."""
    if suffix not in SHEETS:
        raise NotFound(
            f"There is no representation with the suffix .{suffix[:20]}.", advice="There are .csv and .json."
        )
    write, media_type = SHEETS[suffix]
    ledger = services().ledger
    found = ledger.run(run_id)
    pieces = write(PublicLines(ledger), found, lambda url: public_address(url, found.source))
    response = Response(pieces, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="run-{run_id}.{suffix}"'
    return response


def source_filter() -> str | None:
    """The source that `source=` asks for, also one that was removed; None for all. InvalidQuery when there is none."""
    slug = once("source")
    if slug and slug not in titles():
        raise InvalidQuery(
            f"There is no source {slug[:50]!r}.", advice="/sources lists them.", parameter="source"
        )
    return slug or None


def titles() -> dict[str, str]:
    """Slug → title of every source, removed ones too."""
    return {
        source.slug: source.title or source.slug for source in services().ledger.sources(include_removed=True)
    }


def outcome_kinds() -> tuple[str, ...]:
    """The kinds that `kind=` asks for (repeated: any of them); empty means all. InvalidQuery names the parameter."""
    allowed = [kind.value for kind in OutcomeKind]
    kinds = tuple(dict.fromkeys(kind for kind in request.args.getlist("kind") if kind))
    for kind in kinds:
        if kind not in allowed:
            raise InvalidQuery(
                "kind is not an outcome of a harvest.",
                advice=f"It may be {', '.join(allowed)}.",
                parameter="kind",
            )
    return kinds
