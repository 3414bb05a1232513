"""Guides of hair styles for trying on: `python -m hairnet_data.sources.drawn.guides --help`, and docs/tryon.md."""
