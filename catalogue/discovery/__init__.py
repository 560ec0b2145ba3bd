"""What researchers ask: search, SPARQL, record views and history."""
