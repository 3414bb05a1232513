"""Masks drawn over pictures, and contact sheets."""
