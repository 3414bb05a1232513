"""Drawn scenes with nobody in them."""
