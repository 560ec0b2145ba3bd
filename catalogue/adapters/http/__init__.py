"""Outgoing HTTP: the only way from Pharos to the network (port HttpClients), on requests.

Read in this order: clients, client, exchange; then what they stand on: urls and addresses (what is refused), guard
and connection (what is connected to), watchdog (when it is stopped), decoding (how a body is read), politeness,
credentials, translation (what failures mean).
"""

from __future__ import annotations

from catalogue.adapters.http.clients import HttpClientsOnRequests

__all__ = ["HttpClientsOnRequests"]
