"""Runs the command with `python -m hairnet_model`."""

from __future__ import annotations

from hairnet_model.cli.app import main

if __name__ == "__main__":
    main()
