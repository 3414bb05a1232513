"""Scores of a network on a dataset."""
