"""Clients of networks, databases and engines; the only room that imports them."""
