"""SKOS vocabularies (data only), read with importlib.resources as `catalogue.ontologies`."""
