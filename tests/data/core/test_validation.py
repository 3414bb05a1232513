"""What pydantic found wrong, as one line in plain words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from hairnet_data.core.validation import first_error


def even(value: int) -> int:
    if value % 2:
        raise ValueError("should be even")
    return value


@dataclass(frozen=True)
class Point:
    x: float
    y: float = 0.0
    __pydantic_config__ = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class Shape:
    kind: Literal["disc", "strip"] = "disc"
    count: Annotated[int, Field(ge=1, le=4)] = 1
    size: Annotated[float, Field(gt=0, lt=2)] = 1.0
    twice: Annotated[int, AfterValidator(even)] = 0
    name: Annotated[str, Field(min_length=1, max_length=3, pattern="^[a-z]*$")] = "a"
    filled: bool = True
    pair: tuple[float, float] = (0.0, 1.0)
    points: Annotated[tuple[Point, ...], Field(min_length=1)] = (Point(0),)
    tags: dict[str, int] = field(default_factory=dict)
    sides: dict[Literal["left", "right"], int] = field(default_factory=dict)
    __pydantic_config__ = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Table(TypedDict, total=False):
    __pydantic_config__ = ConfigDict(strict=True, extra="forbid")  # type: ignore[misc]
    name: str


def refused(kind: Any, text: str) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_json(text)
    return first_error(caught.value)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ('{"kind": "hand"}', "kind", "should be 'disc' or 'strip', received 'hand'"),
        ('{"count": 0}', "count", "should be at least 1, received 0"),
        ('{"count": 5}', "count", "should be at most 4, received 5"),
        ('{"count": 2.0}', "count", "should be an integer, received 2.0"),
        ('{"count": true}', "count", "should be an integer, received True"),
        ('{"size": 0}', "size", "should be more than 0, received 0"),
        ('{"size": 2}', "size", "should be less than 2, received 2"),
        ('{"size": "1"}', "size", "should be a number, received '1'"),
        ('{"size": NaN}', "size", "should be a finite number, received nan"),
        ('{"twice": 3}', "twice", "should be even, received 3"),
        ('{"name": ""}', "name", "should have a length of at least 1, received ''"),
        ('{"name": "abcd"}', "name", "should have a length of at most 3, received 'abcd'"),
        ('{"name": "A"}', "name", "should match the pattern ^[a-z]*$, received 'A'"),
        ('{"name": null}', "name", "should be a text, received None"),
        ('{"filled": 1}', "filled", "should be true or false, received 1"),
        ('{"pair": [1]}', "pair", "has too few items, received [1]"),
        ('{"pair": [1, 2, 3]}', "pair", "should have a length of at most 2, received [1, 2, 3]"),
        ('{"pair": 1}', "pair", "should be a list, received 1"),
        ('{"points": []}', "points", "should have a length of at least 1, received []"),
        ('{"points": [{"x": 1}, {"x": 1, "z": 2}]}', "points.1.z", "is unknown, received 2"),
        ('{"points": [{"y": 1}]}', "points.0.x", "is missing"),
        ('{"points": [7]}', "points.0", "should be a table of keys and values, received 7"),
        ('{"tags": {"a": "b"}}', "tags.a", "should be an integer, received 'b'"),
        ('{"sides": {"up": 1}}', "sides.up", "is unknown: a key should be 'left' or 'right'"),
        ('{"tags": []}', "tags", "should be a table of keys and values, received []"),
        ("3", "", "should be a table of keys and values, received 3"),
        ("[", "", "is not JSON: EOF while parsing a list at line 1 column 1"),
    ],
)
def test_each_kind_names_field_and_value(text: str, path: str, message: str) -> None:
    assert refused(Shape, text) == (path, message)


def test_an_unknown_key_of_a_typed_dict() -> None:
    assert refused(Table, '{"nmae": "x"}') == ("nmae", "is unknown, received 'x'")


def test_other_kinds_are_told_in_pydantic_s_words() -> None:
    path, message = refused(datetime.date, '"tomorrow"')
    assert path == ""
    assert message.startswith("should be a valid date")
    assert message.endswith(", received 'tomorrow'")


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "' + "x" * 5000 + '"}',
        '{"' + "x" * 5000 + '": 1}',
        '{"a\\nb\\u001b[31m": "c\\nd"}',
        '{"count": ' + "9" * 6000 + "}",
        '{"filled": ' + "9" * 4000 + "}",
        '{"filled": ' + "[" * 150 + "]" * 150 + "}",
        '{"kind": ' + str(list(range(5000))) + "}",
        "[" * 5000,
    ],
)
def test_it_is_a_short_line_whatever_was_received(text: str) -> None:
    for words in refused(Shape, text):
        assert len(words) < 400
        assert words.isprintable()


def test_a_value_python_will_not_write() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Annotated[int, Field(le=4)]).validate_python(10**5000)
    assert first_error(caught.value) == ("", "should be at most 4, received a number of thousands of digits")
