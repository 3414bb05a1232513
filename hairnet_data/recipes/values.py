"""The ranges of the numbers in recipes read from JSON; pydantic checks them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Share = Annotated[float, Field(ge=0, le=1)]
Degrees = Annotated[float, Field(ge=-360, le=360)]
Coordinate = Annotated[float, Field(ge=-100, le=100)]
Gain = Annotated[float, Field(ge=0, le=100)]
Seed = Annotated[int, Field(ge=0, le=65535)]
Byte = Annotated[int, Field(ge=0, le=255)]
Colour = tuple[Byte, Byte, Byte]
Corner = tuple[Coordinate, Coordinate]
