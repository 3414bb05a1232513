"""From a recipe, a portrait and backgrounds to an image and its mask. Nothing here is random."""
