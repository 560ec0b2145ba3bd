"""RDF/XML made safe before it is parsed: a real XML tokenizer looks at every byte first."""

from __future__ import annotations

from xml.parsers import expat

from catalogue.errors import ParseError
from catalogue.rdf.media_types import html_error
from catalogue.rdf.namespaces import RDF
from catalogue.rdf.problems import SNIPPET, Problems
from catalogue.rdf.xml_text import without_control_characters, without_stray_references

MAX_DEPTH = 200
"""Elements within elements; a catalogue needs about 20."""

_ROOT = RDF.iri + " RDF"
_HTML = ("html", "http://www.w3.org/1999/xhtml html")


def prepare_rdf_xml(body: bytes, problems: Problems, url: str) -> bytes:
    """The document, checked: no DTD, no entities, bounded depth, well-formed, RDF at the root.

    Control characters and stray ampersands are mended and noted. Raises ParseError.
    """
    try:
        _check(body, url)
        return body
    except expat.ExpatError as error:
        first = error
    mended, found = without_control_characters(body)
    mended, more = without_stray_references(mended)
    if mended == body:
        raise _not_well_formed(first, body)
    try:
        _check(mended, url)
    except expat.ExpatError as error:
        raise _not_well_formed(error, mended) from None
    problems.extend((*found, *more))
    return mended


class _Checker:
    """Handlers for one pass of the tokenizer."""

    def __init__(self) -> None:
        self.depth = 0
        self.root: str | None = None
        self.root_is_node = False
        self.wraps_rdf = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self.refuse_doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def refuse_doctype(self, name: str, *_: object) -> None:
        raise ParseError(
            f"The XML document declares a document type ({name}); Pharos reads no DTDs and no entities.",
            advice="Publish the RDF/XML without <!DOCTYPE ...>, with the namespaces written out.",
            syntax="rdf-xml",
            line=self.parser.CurrentLineNumber,
            column=self.parser.CurrentColumnNumber + 1,
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.root is None:
            self.root = name
            self.root_is_node = any(key.startswith(RDF.iri + " ") for key in attributes)
        elif name == _ROOT:
            self.wraps_rdf = True
        if self.depth > MAX_DEPTH:
            raise ParseError(
                f"The XML document nests its elements deeper than {MAX_DEPTH} levels.",
                advice="Describe resources side by side, linked by rdf:resource.",
                syntax="rdf-xml",
                line=self.parser.CurrentLineNumber,
            )

    def end(self, _: str) -> None:
        self.depth -= 1


def _check(body: bytes, url: str) -> None:
    """Raises ExpatError when it is not well-formed, ParseError when it is not what we read."""
    checker = _Checker()
    try:
        checker.parser.Parse(body, True)
    finally:
        # The parser and its handlers point to each other; without this a large document waits for the collector.
        checker.parser.StartElementHandler = checker.parser.EndElementHandler = None
        checker.parser.StartDoctypeDeclHandler = None
    if checker.root == _ROOT or checker.root_is_node:
        return
    name = (checker.root or "").replace(" ", "")
    if checker.root in _HTML:
        raise html_error(url)
    if checker.wraps_rdf:
        raise ParseError(
            f"The RDF is wrapped in another protocol's answer (its root element is {name}).",
            advice="Register the source with the harvester of that protocol (CSW, OAI-PMH).",
            syntax="rdf-xml",
            root=name,
        )
    raise ParseError(
        f"The document is XML but not RDF/XML: its root element is {name}, not rdf:RDF.",
        advice="Use the address of the RDF, or the harvester that reads this format.",
        syntax="rdf-xml",
        root=name,
    )


def _not_well_formed(error: expat.ExpatError, body: bytes) -> ParseError:
    lines = body.split(b"\n", error.lineno)
    snippet = lines[error.lineno - 1] if len(lines) >= error.lineno else b""
    column = error.offset + 1
    what = expat.ErrorString(error.code)
    start = max(0, error.offset - SNIPPET // 2)
    return ParseError(
        f"The XML document does not parse at line {error.lineno}, column {column}: {what}.",
        advice="Mend the document there, then try again.",
        syntax="rdf-xml",
        line=error.lineno,
        column=column,
        snippet=snippet[start : start + SNIPPET].decode("utf-8", "replace").strip(),
    )
