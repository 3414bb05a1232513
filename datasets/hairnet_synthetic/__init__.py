"""The dataset `hairnet_synthetic`: importing this module registers it with TFDS."""

from hairnet_synthetic.hairnet_synthetic_dataset_builder import Builder

__all__ = ["Builder"]
