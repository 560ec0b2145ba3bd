"""The embedded search index, on tantivy."""

from catalogue.adapters.tantivy_index.index import TantivyIndex

__all__ = ["TantivyIndex"]
