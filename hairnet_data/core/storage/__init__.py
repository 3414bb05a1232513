"""Paths on disks and in object stores, bounded reading, and atomic writing."""
