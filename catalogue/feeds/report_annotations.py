"""Findings as the machines that build software show them: GitHub's workflow commands, JUnit's XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from catalogue.errors import CatalogueError
from catalogue.model.findings import Finding, JudgedRecord
from catalogue.model.records import RecordOutcome
from catalogue.model.validation import Severity

LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
# https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def github_lines(findings: Iterable[Finding], file: str = "") -> list[str]:
    """One workflow command for each finding; `file` is the path in the repository, "" where there is none."""
    return [
        _command(
            LEVELS[finding.result.severity],
            f"{finding.title or finding.record}: {finding.property or 'record'}",
            sentence(finding),
            file,
            finding.place.line if finding.place else None,
        )
        for finding in findings
    ]


def github_skipped(line: RecordOutcome, file: str = "") -> str:
    """The command for a record that cannot be kept."""
    return _command(
        "error", f"{line.subject}: cannot be kept", f"{line.reason} {line.advice or ''}", file, None
    )


def github_error(error: CatalogueError, document: str, file: str = "") -> str:
    """The command for a document that could not be checked."""
    line = error.context.get("line")
    text = f"{error.detail} {error.advice}"
    return _command("error", f"{document}: not checked", text, file, line if isinstance(line, int) else None)


def sentence(finding: Finding) -> str:
    """The message, the value found, and the clause."""
    found = f" Found: {finding.value}" if finding.value else ""
    clauses = f" See {' '.join(finding.rule.clauses)}" if finding.rule.clauses else ""
    return finding.result.message + found + clauses


def _command(level: str, title: str, message: str, file: str, line: int | None) -> str:
    """https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions"""
    place = [f"file={_property(file)}"] if file else []
    place += [f"line={line}"] if file and line else []
    return f"::{level} {','.join([*place, f'title={_property(title)}'])}::{_data(message.strip())}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@dataclass(slots=True)
class JUnitSuite:
    """The cases of one document: a record is a case, violations are its failures, all else is told beside them."""

    document: str
    cases: list[ElementTree.Element] = field(default_factory=list)
    failures: int = 0
    errors: int = 0

    def add(self, record: JudgedRecord, findings: Sequence[Finding]) -> None:
        case = self._case(record.subject)
        violations = [f for f in findings if f.result.severity is Severity.VIOLATION]
        others = [f for f in findings if f.result.severity is not Severity.VIOLATION]
        if violations:
            self.failures += 1
            text = f"{len(violations)} violations of {record.report.profile}"
            _child(case, "failure", "\n".join(map(_line, violations)), message=text, type="Violation")
        if others:
            _child(case, "system-out", "\n".join(map(_line, others)))

    def add_skipped(self, line: RecordOutcome) -> None:
        self.failures += 1
        case = self._case(line.subject or "")
        _child(
            case,
            "failure",
            f"{line.reason}\n{line.advice or ''}",
            message="cannot be kept",
            type=line.code or "",
        )

    def add_error(self, error: CatalogueError) -> None:
        self.errors += 1
        case = self._case(self.document)
        _child(case, "error", f"{error.detail}\n{error.advice}", message="not checked", type=error.code)

    def _case(self, name: str) -> ElementTree.Element:
        case = ElementTree.Element("testcase", classname=_xml(self.document), name=_xml(name))
        self.cases.append(case)
        return case


def junit(suites: Iterable[JUnitSuite]) -> str:
    """The whole document."""
    root = ElementTree.Element("testsuites", name="pharos validate")
    for suite in suites:
        counts = {"tests": len(suite.cases), "failures": suite.failures, "errors": suite.errors}
        attributes = {"name": _xml(suite.document), **{name: str(count) for name, count in counts.items()}}
        element = ElementTree.SubElement(root, "testsuite", attributes)
        element.extend(suite.cases)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _line(finding: Finding) -> str:
    place = f"line {finding.place.line}: " if finding.place else ""
    return f"{place}{finding.result.severity.value}: {finding.property}: {sentence(finding)}"


def _child(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    child = ElementTree.SubElement(parent, name, {key: _xml(value) for key, value in attributes.items()})
    child.text = _xml(text)


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
