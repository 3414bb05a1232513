"""LFW Part Labels, from its public archives."""
