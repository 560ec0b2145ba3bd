"""The pharos command: one short module per command group."""
