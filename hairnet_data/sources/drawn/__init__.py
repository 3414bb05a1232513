"""Drawn portraits of people who do not exist."""
