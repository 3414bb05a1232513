"""Building a dataset: scan the sources, plan, render, publish."""
