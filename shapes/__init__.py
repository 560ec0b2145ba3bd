"""Shapes profiles (data only), read with importlib.resources as `catalogue.shapes`."""
