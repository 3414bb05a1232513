"""Model files: saved, opened and checked."""
