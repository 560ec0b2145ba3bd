"""What every template may use: names of states and facets in words, the navigation, absolute addresses."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, url_for

from catalogue import __version__
from catalogue.discovery.facets import facet_label
from catalogue.rdf.namespaces import RDF
from catalogue.web.i18n import mark
from catalogue.web.negotiate import RDF_REPRESENTATIONS
from catalogue.web.parameters import known_parameters, strays
from catalogue.web.state import languages, services

FACET_NAMES = {
    "condition": mark("Condition"),
    "modality": mark("Modality"),
    "access_rights": mark("Access"),
    "country": mark("Country"),
    "publisher": mark("Publisher"),
    "theme": mark("Theme"),
    "keyword": mark("Keyword"),
    "format": mark("Format"),
    "language": mark("Language"),
    "source": mark("Source"),
    "verdict": mark("Conformance"),
}
"""Facets in the order of the search page."""

VERDICTS = {
    "conformant": mark("Conformant"),
    "conformant-with-warnings": mark("Conformant, with warnings"),
    "accepted-with-known-gap": mark("Accepted with a known gap"),
    "non-conformant": mark("Not conformant"),
    "not-validated": mark("Not validated"),
}

VERDICT_MEANINGS = {
    "conformant": mark("The description meets every requirement of its profile."),
    "conformant-with-warnings": mark("Every mandatory requirement is met; some recommended ones are not."),
    "accepted-with-known-gap": mark(
        "Something mandatory is missing that the profile allows for the time being."
    ),
    "non-conformant": mark(
        "At least one mandatory requirement is not met. The description is shown as it is."
    ),
    "not-validated": mark("The description was not checked against a profile."),
}

RUN_STATES = {
    "queued": (mark("Queued"), mark("The harvest waits for a worker.")),
    "running": (mark("Running"), mark("The harvest is under way.")),
    "completed": (mark("Completed"), mark("Everything the source offered was read and stored.")),
    "completed-with-errors": (
        mark("Completed with errors"),
        mark("What could be read is stored; some records could not."),
    ),
    "held": (mark("Held"), mark("New and changed records are stored; withdrawals wait for a person.")),
    "failed": (mark("Failed"), mark("The harvest stopped early. What was stored before is unchanged.")),
    "cancelled": (mark("Cancelled"), mark("A person stopped the harvest.")),
}

STANDINGS = {
    "removed": (mark("Removed"), mark("It is no longer harvested; its descriptions are not shown any more.")),
    "paused": (mark("Paused"), mark("A person stopped its harvests for the time being.")),
    "held": (mark("Held"), mark("Many records would leave at once; a person has to decide.")),
    "flagged": (mark("Flagged"), mark("It has failed so often in a row that a person should look.")),
    "failing": (mark("Failing"), mark("The last harvest failed. It is tried again, more and more rarely.")),
    "stale": (mark("Stale"), mark("It was not read completely for long: what is shown may be out of date.")),
    "new": (mark("New"), mark("No harvest has ended yet.")),
    "ok": (mark("In order"), mark("The last harvest went well.")),
}
"""How a source is doing."""

OUTCOMES = {
    "created": (mark("New"), mark("Seen for the first time.")),
    "updated": (mark("Changed"), mark("The source changed the description.")),
    "unchanged": (mark("Unchanged"), mark("Same as at the last harvest.")),
    "skipped": (mark("Skipped"), mark("Not taken, for the reason given.")),
    "failed": (mark("Failed"), mark("Could not be read or stored.")),
    "duplicate": (mark("Duplicate"), mark("Came more than once in this harvest.")),
    "withdrawn": (mark("Withdrawn"), mark("No longer offered by the source.")),
}
"""What became of records: counted."""

LINES = {
    **OUTCOMES,
    "remark": (mark("Remark"), mark("Something about a document that stands for no record.")),
}
"""What a line of a run may be about."""

VERSION_KINDS = {
    "content": mark("The source's text"),
    "reprocessed": mark("Made anew by better rules of ours"),
    "restoration": mark("The source offered it again"),
    "verdict": mark("Checked anew"),
}
"""Why a version was written."""

SEVERITIES = {
    "Violation": (mark("Violations"), mark("A mandatory requirement is not met.")),
    "Warning": (mark("Warnings"), mark("A recommended property is missing or a value is doubtful.")),
    "Info": (mark("Notes"), mark("Worth knowing; nothing has to be done.")),
}


def register(app: Flask) -> None:
    """Gives the names above to every template."""
    app.jinja_env.globals.update(
        FACET_NAMES=FACET_NAMES,
        VERDICTS=VERDICTS,
        VERDICT_MEANINGS=VERDICT_MEANINGS,
        RUN_STATES=RUN_STATES,
        STANDINGS=STANDINGS,
        OUTCOMES=OUTCOMES,
        LINES=LINES,
        VERSION_KINDS=VERSION_KINDS,
        SEVERITIES=SEVERITIES,
        RDF_REPRESENTATIONS=RDF_REPRESENTATIONS,
        RDF_TYPE=RDF.type.value,
        facet_value=facet_value,
        address=address,
        page_args=page_args,
        strays=strays,
    )
    app.context_processor(_site)


def _site() -> dict[str, Any]:
    return {"site": services().settings, "base": services().base, "pharos_version": __version__}


def facet_value(facet: str, value: str) -> str:
    """What a person reads for a facet's value, in the reader's language."""
    return facet_label(facet, value, languages(), services().vocabularies, {})


def address(endpoint: str, **values: Any) -> str:
    """The base URL and the path of an endpoint."""
    path = url_for(endpoint, _external=False, **values)
    return services().base + path.removeprefix(request.script_root)


def page_args(**changes: Any) -> dict[str, Any]:
    """The parameters that the page knows of the current query, with changes (None removes), for links to other pages of
    a list."""
    known = known_parameters()
    kept = [name for name in request.args if known is None or name in known]
    args: dict[str, Any] = {name: request.args.getlist(name) for name in kept}
    args.update(changes)
    return {name: value for name, value in args.items() if value not in (None, "", [], [""])}
