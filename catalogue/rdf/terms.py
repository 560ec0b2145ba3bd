"""Short names for pyoxigraph's terms, so that the rest speaks one language."""

from __future__ import annotations

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

Subject = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal

__all__ = ["BlankNode", "DefaultGraph", "Literal", "NamedNode", "Quad", "Subject", "Term", "Triple"]
