"""Pharos: a FAIR metadata catalogue and harvester for health data."""

__version__ = "0.1.0"
