"""The pose of a head, and where its points appear in a picture."""
