"""Affine maps and polygons; one matrix moves image and mask."""
