"""Statements of RDF/XML with their lines."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.parsers import expat

from catalogue.errors import ParseError
from catalogue.rdf.namespaces import RDF
from catalogue.rdf.problems import Problems
from catalogue.rdf.rdf_xml import prepare_rdf_xml
from catalogue.rdf.statements import Statement, Unreadable, named
from catalogue.rdf.terms import BlankNode, Literal, NamedNode, Subject

_XML = "http://www.w3.org/XML/1998/namespace "
_RDF = RDF.iri + " "
_NOT_PROPERTIES = frozenset(
    _RDF + name for name in ("about", "ID", "nodeID", "resource", "datatype", "parseType", "bagID")
)


def read_xml_statements(text: str, base: str) -> list[Statement]:
    """The statements, as far as the document can be read. Literals that hold XML, and members of lists, have none."""
    reader = _Reader(base)
    with suppress(expat.ExpatError, ParseError, Unreadable, ValueError):  # what was read before stands
        reader.read(prepare_rdf_xml(text.encode("utf-8", "replace"), Problems(), base))
    return reader.found


@dataclass(slots=True)
class _Element:
    """An open element. `subject` is set for a node, `predicate` for a property of the node around it."""

    base: str
    language: str
    line: int
    subject: Subject | None = None
    predicate: NamedNode | None = None
    datatype: str = ""
    has_node: bool = False
    is_passed_over: bool = False
    members: int = 0
    text: list[str] = field(default_factory=list)


class _Reader:
    def __init__(self, base: str) -> None:
        self.found: list[Statement] = []
        self._base = base
        self._stack: list[_Element] = []
        self._names: dict[str, BlankNode] = {}
        self._begins: dict[Subject, int] = {}
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True

    def read(self, body: bytes) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        try:
            self._parser.Parse(body, True)
        finally:
            # The parser and its handlers point to each other; without this a large document waits for the collector.
            self._parser.StartElementHandler = self._parser.EndElementHandler = None
            self._parser.CharacterDataHandler = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        around = self._stack[-1] if self._stack else None
        base = attributes.get(_XML + "base", around.base if around else self._base)
        language = attributes.get(_XML + "lang", around.language if around else "")
        element = _Element(base, language, self._parser.CurrentLineNumber)
        self._stack.append(element)
        if around is not None and around.is_passed_over:
            element.is_passed_over = True
        elif name == _RDF + "RDF":
            return
        elif around is not None and around.subject is not None:
            self._property(name, attributes, element, around)
        else:
            self._node(name, attributes, element, around)

    def _node(
        self, name: str, attributes: dict[str, str], element: _Element, around: _Element | None
    ) -> None:
        subject = self._named(attributes, element, "about")
        if subject is None:
            subject = BlankNode()
        element.subject = subject
        self._begins.setdefault(subject, element.line)
        if around is not None and around.predicate is not None and not around.has_node:
            around.has_node = True
            self._add(self._owner(), around.predicate, subject, element.line)
        if name != _RDF + "Description":
            self._add(subject, RDF.type, NamedNode(name.replace(" ", "")), element.line)
        self._attributes(subject, attributes, element)

    def _owner(self) -> Subject:
        """The node that the innermost open property belongs to."""
        owner = self._stack[-3].subject if len(self._stack) > 2 else None
        if owner is None:
            raise Unreadable
        return owner

    def _property(self, name: str, attributes: dict[str, str], element: _Element, around: _Element) -> None:
        owner = around.subject
        assert owner is not None
        if name == _RDF + "li":
            around.members += 1
            name = f"{_RDF}_{around.members}"
        element.predicate = NamedNode(name.replace(" ", ""))
        element.datatype = attributes.get(_RDF + "datatype", "")
        kind = attributes.get(_RDF + "parseType", "")
        value = self._named(attributes, element, "resource")
        properties = [key for key in attributes if self._is_property(key)]
        if kind == "Resource" or (value is None and properties):
            value = BlankNode()
        elif kind:
            element.is_passed_over = kind != "Collection"
            element.has_node = True
            return
        if value is None:
            return
        element.has_node = True
        self._begins.setdefault(value, element.line)
        self._add(owner, element.predicate, value, element.line)
        self._attributes(value, attributes, element)
        if kind == "Resource":
            element.subject = value

    def _attributes(self, subject: Subject, attributes: dict[str, str], element: _Element) -> None:
        for key, text in attributes.items():
            if key == _RDF + "type":
                self._add(subject, RDF.type, named(urljoin(element.base, text), element.base), element.line)
            elif self._is_property(key):
                predicate = NamedNode(key.replace(" ", ""))
                self._add(subject, predicate, _literal(text, element), element.line)

    @staticmethod
    def _is_property(key: str) -> bool:
        return " " in key and not key.startswith(_XML) and key not in _NOT_PROPERTIES

    def _named(self, attributes: dict[str, str], element: _Element, reference: str) -> Subject | None:
        if (node_id := attributes.get(_RDF + "nodeID")) is not None:
            return self._names.setdefault(node_id, BlankNode())
        if (iri := attributes.get(_RDF + reference)) is not None:
            return named(urljoin(element.base, iri) if iri else element.base.partition("#")[0], element.base)
        if reference == "about" and (own := attributes.get(_RDF + "ID")) is not None:
            return named(urljoin(element.base, "#" + own), element.base)
        return None

    def _end(self, _: str) -> None:
        element = self._stack.pop()
        if element.predicate is None or element.has_node or element.is_passed_over:
            return
        owner = self._stack[-1].subject
        if owner is not None:
            text = "".join(element.text)
            self._add(owner, element.predicate, _literal(text, element), element.line)

    def _characters(self, text: str) -> None:
        element = self._stack[-1]
        if element.predicate is not None and not element.has_node:
            element.text.append(text)

    def _add(self, subject: Subject, predicate: NamedNode, value: Subject | Literal, line: int) -> None:
        self.found.append(Statement(subject, predicate, value, line, self._begins.get(subject, line)))


def _literal(text: str, element: _Element) -> Literal:
    if element.datatype:
        return Literal(text, datatype=named(urljoin(element.base, element.datatype), element.base))
    language = element.language.replace("_", "-")
    return Literal(text, language=language) if language else Literal(text)
