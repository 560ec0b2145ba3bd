"""The graph store: a SPARQL 1.1 server, by default a supervised Oxigraph of our own."""
