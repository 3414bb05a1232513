"""Recipes: what is done to one example, drawn from (seed, split, index), the policy and the pool."""
