"""Whom a model has seen, as hashes: enough to count strangers apart, not enough to print a list of names."""

from __future__ import annotations

import hashlib


def hashed(person: str) -> str:
    """16 hex digits for a person's name as the records have it."""
    return hashlib.sha256(f"hairnet person {person}".encode()).hexdigest()[:16]
