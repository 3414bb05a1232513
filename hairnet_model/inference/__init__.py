"""From photos to masks with a trained network."""
