"""Annotations of labelling tools: read into the layout of the source `folder`, and written from it."""
