"""Harvesters: one module per protocol, found by the entry point group `catalogue.harvesters`."""
