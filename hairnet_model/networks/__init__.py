"""The architectures and their layers."""
