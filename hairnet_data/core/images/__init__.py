"""Decoding of untrusted pictures and of label pictures."""
