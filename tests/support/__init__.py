"""What the tests share: pictures they draw, datasets, command lines, checks and mutants."""
