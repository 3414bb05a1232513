"""Hair in three dimensions on heads in photos; docs/tryon.md."""
