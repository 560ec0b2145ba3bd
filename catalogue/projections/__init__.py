"""Follow the ledger's changes into the graph store and the search index."""
