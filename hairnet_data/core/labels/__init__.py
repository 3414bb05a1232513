"""What the values and colours of a mask mean: `classes.toml`, and class ids from what a mask holds."""
