"""Checks that a dataset's records are sound and that every mask fits its picture."""
