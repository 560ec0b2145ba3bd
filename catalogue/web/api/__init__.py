"""The REST API, version 1, and its description."""
