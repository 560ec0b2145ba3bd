"""The Flask application: pages, API, content negotiation, problems."""
