"""Graphs, terms and syntaxes; knows nothing of catalogues."""
