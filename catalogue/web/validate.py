"""/validate: a description checked before anybody harvests it, with the findings beside its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from catalogue.errors import BackendError, CatalogueError, InvalidQuery, NotFound
from catalogue.model.findings import Finding, RuleFindings
from catalogue.model.records import Payload
from catalogue.model.validation import Severity
from catalogue.rdf.decoding import to_utf8, unpack
from catalogue.rdf.media_types import SYNTAXES
from catalogue.rdf.statements import Lines
from catalogue.web import checks
from catalogue.web.api.validation import SUFFIXES, answer
from catalogue.web.problems import Problem, problem_of

blueprint = Blueprint("validate", __name__)

MAX_SHOWN = 400_000
"""Characters of a text that is shown whole; of a longer one, what stands around findings."""
AROUND = 3
"""Lines that are shown before and after one with a finding, where the text is not shown whole."""
MAX_LINES = 3_000
MAX_LINE = 2_000
_WORST = (Severity.VIOLATION, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of the document. `gap`: lines were left out before it; `severity`: of its worst finding, `first` the
    number of the rule that found it (both empty where there is none)."""

    number: int
    text: str
    severity: str = ""
    first: int = 0
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form holds."""

    url: str = ""
    text: str = ""
    syntax: str = ""
    profile: str = "auto"


@blueprint.get("/validate")
def page() -> Response:
    """The form; with `url`, the report of that document: an address to be shared."""
    filled = Filled(url=request.args.get("url", "").strip(), profile=request.args.get("profile") or "auto")
    if not filled.url:
        return _page(filled)
    return _checked(filled, filled.url, filled.url)


@blueprint.get("/validate.<suffix>")
def download(suffix: str) -> Response:
    """The report of a URL's document as CSV, JSON or Turtle."""
    form = _form(suffix)
    url = request.args.get("url", "").strip()
    if not url:
        raise InvalidQuery("There is no url to be validated.", parameter="url")
    check = checks.check(url, checks.chosen_profile(request.args.get("profile", "")), url)
    return _attached(answer(check, form), suffix)


@blueprint.post("/validate")
def validate() -> Response:
    """The report of a text or file. A URL leads to the address of its report."""
    checks.allow_large_body()
    form = request.form
    filled = Filled(
        form.get("url", "").strip(),
        form.get("text", ""),
        form.get("syntax", ""),
        form.get("profile") or "auto",
    )
    file = request.files.get("file")
    named = file is not None and bool(file.filename)
    if filled.url and not filled.text.strip() and not named:
        return make_response(
            redirect(url_for("validate.page", url=filled.url, profile=filled.profile), code=303)
        )
    wanted = form.get("download", "")
    try:
        payload, name = _payload(filled, file if named else None)
    except CatalogueError as error:
        return _page(filled, problem=problem_of(error))
    if wanted:
        form_name = _form(wanted)
        return _attached(
            answer(checks.check(payload, checks.chosen_profile(filled.profile), name), form_name), wanted
        )
    return _checked(filled, payload, name)


def _payload(filled: Filled, file: FileStorage | None) -> tuple[Payload, str]:
    if filled.syntax and filled.syntax not in SYNTAXES:
        raise InvalidQuery("syntax is none that Pharos reads.", parameter="syntax")
    forced = filled.syntax or None
    if file is not None:
        # Browsers know few media types of RDF: what the name says is better.
        suffix = (file.filename or "").lower().removesuffix(".gz").rpartition(".")[2]
        known = next((s.media_type for s in SYNTAXES.values() if suffix in s.extensions), None)
        return checks.of_body(file.read(), known, syntax=forced), (file.filename or "")[:200]
    if not filled.text.strip():
        raise InvalidQuery(
            "There is nothing to be validated.", advice="Paste a text, choose a file, or give a URL."
        )
    return checks.of_body(filled.text.encode("utf-8", "replace"), None, syntax=forced), ""


def _checked(filled: Filled, source: str | Payload, name: str) -> Response:
    """The page with the report, or with what stands in its way."""
    try:
        profile = checks.chosen_profile(filled.profile)
        check = checks.check(source, profile, name or checks.PASTED)
    except BackendError:
        raise
    except CatalogueError as error:
        shown = _numbered(_text_of(source), {_line_of(error): (Severity.VIOLATION, 0)})
        return _page(filled, problem=problem_of(error), lines=shown)
    groups = check.report.groups
    text = check.statements.text
    if isinstance(source, Payload) and len(text) <= MAX_SHOWN:
        filled = Filled(filled.url, text, filled.syntax, filled.profile)
    lines = _numbered(check.statements.lines, _marks(groups))
    return _page(filled, check=check, groups=groups, lines=lines, name=name)


def _page(filled: Filled, *, problem: Problem | None = None, **shown: object) -> Response:
    lines = shown.get("lines")
    page = render_template(
        "validate.html",
        shown_lines=frozenset(line.number for line in lines) if isinstance(lines, list) else frozenset(),
        filled=filled,
        problem=problem,
        profiles=checks.profile_names(),
        syntaxes=SYNTAXES.values(),
        suffixes=SUFFIXES.values(),
        most=checks.most_bytes(),
        **shown,
    )
    response = make_response(page, problem.status if problem else 200)
    response.headers.update(problem.headers if problem else {})
    response.headers["Cache-Control"] = "no-store"
    return response


def _text_of(source: str | Payload) -> Lines:
    if isinstance(source, str):
        return Lines("")
    try:
        return Lines(to_utf8(unpack(source.body), source.charset)[0].decode("utf-8", "replace"))
    except CatalogueError:
        return Lines("")


def _line_of(error: CatalogueError) -> int:
    line = error.context.get("line")
    return line if isinstance(line, int) else 0


def _marks(groups: Sequence[RuleFindings]) -> dict[int, tuple[Severity, int]]:
    """The worst finding of each line, and the number of its rule on the page."""
    found: dict[int, tuple[Severity, int]] = {}
    for number, group in enumerate(groups, 1):
        for finding in group.findings:
            if finding.place is not None:
                found.setdefault(finding.place.line, (group.severity, number))
    return found


def _numbered(lines: Lines, marks: dict[int, tuple[Severity, int]]) -> list[TextLine]:
    """The lines to show: all, or those around findings, worst first, where there are too many."""
    whole = len(lines) <= MAX_LINES and sum(len(text) for text in lines) <= MAX_SHOWN
    wanted = set(range(1, len(lines) + 1)) if whole else _around(marks, len(lines))
    shown: list[TextLine] = []
    for number in sorted(wanted):
        severity, first = marks.get(number, (None, 0))
        text = lines.line(number)
        text = text if len(text) <= MAX_LINE else text[:MAX_LINE] + " …"
        gap = (bool(shown) and shown[-1].number != number - 1) or (not shown and number > 1)
        shown.append(TextLine(number, text, severity.value if severity else "", first, gap))
    if shown and not shown[-1].text and not shown[-1].severity:
        shown.pop()  # what stands after the last line's end
    return shown


def _around(marks: dict[int, tuple[Severity, int]], count: int) -> set[int]:
    wanted: set[int] = set()
    for line, _ in sorted(marks.items(), key=lambda mark: (_WORST.index(mark[1][0]), mark[0])):
        if len(wanted) > MAX_LINES:
            break
        wanted.update(range(max(1, line - AROUND), min(count, line + AROUND) + 1))
    return wanted


def _form(suffix: str) -> str:
    for form, known in SUFFIXES.items():
        if suffix == known:
            return form
    raise NotFound(
        f"There is no report with the suffix .{suffix[:20]}.",
        advice=f"There are {', '.join('.' + known for known in SUFFIXES.values())}.",
    )


def _attached(response: Response, suffix: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="validation.{suffix}"'
    return response


@blueprint.app_template_filter("by_place")
def by_place(findings: Sequence[Finding]) -> list[Finding]:
    """Findings in the order of the text; those without a line last."""
    return sorted(findings, key=lambda f: (f.place is None, f.place.line if f.place else 0))
