"""Training a network, and its checkpoints."""
