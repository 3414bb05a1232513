"""What to look at first in a source of portraits: which pictures and masks are probably wrong."""
