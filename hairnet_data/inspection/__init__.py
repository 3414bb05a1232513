"""Looking at a dataset: previews, galleries, statistics, and export as files."""
