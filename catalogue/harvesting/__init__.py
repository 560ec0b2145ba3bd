"""Joins the pipeline's stages for one source: runs, publication, sources."""
