"""The terms of the user's own pictures, of which this package knows nothing."""

from __future__ import annotations

from hairnet_data.sources.terms import Terms

TERMS = Terms(licences=("the photos' own terms",))
BACKGROUND_TERMS = Terms(licences=("the backgrounds' own terms",))
