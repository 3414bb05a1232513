"""A user's own folder of portraits and masks, and of backgrounds."""
