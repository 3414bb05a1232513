"""A page on this machine that shows what an audit found, one by one, and paints masks again."""
