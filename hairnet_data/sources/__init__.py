"""Sources of portraits and backgrounds; one folder a source."""
