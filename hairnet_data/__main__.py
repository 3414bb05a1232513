"""Runs the command with `python -m hairnet_data`."""

from __future__ import annotations

from hairnet_data.cli.app import main

if __name__ == "__main__":
    main()
