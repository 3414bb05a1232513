"""The network (to come)."""
