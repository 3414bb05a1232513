"""Hashes of the people a model was trained on: strangers can be told apart, names cannot be read back from a file."""

from __future__ import annotations

import hashlib


def hashed(person: str) -> str:
    """16 hex digits for a person's name as the records have it."""
    return hashlib.sha256(f"hairnet person {person}".encode()).hexdigest()[:16]
