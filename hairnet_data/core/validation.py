"""What pydantic found wrong with a file's values, in plain words and one line."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from hairnet_data.core.errors import one_line

_LONGEST_PATH = 200  # characters of a field's path: a file may hold keys of any length

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is unknown",
    "unexpected_keyword_argument": "is unknown",
    "string_type": "should be a text",
    "bool_type": "should be true or false",
    "int_type": "should be an integer",
    "int_from_float": "should be an integer",
    "int_parsing_size": "should be an integer of fewer digits",
    "float_type": "should be a number",
    "list_type": "should be a list",
    "tuple_type": "should be a list",
    "dict_type": "should be a table of keys and values",
    "mapping_type": "should be a table of keys and values",
    "dataclass_type": "should be a table of keys and values",
    "dataclass_exact_type": "should be a table of keys and values",
    "greater_than_equal": "should be at least {ge}",
    "greater_than": "should be more than {gt}",
    "less_than_equal": "should be at most {le}",
    "less_than": "should be less than {lt}",
    "string_pattern_mismatch": "should match the pattern {pattern}",
    "string_too_short": "should have a length of at least {min_length}",
    "string_too_long": "should have a length of at most {max_length}",
    "too_short": "should have a length of at least {min_length}",
    "too_long": "should have a length of at most {max_length}",
    "json_invalid": "is not JSON: {error}",
    "value_error": "{error}",
    "assertion_error": "{error}",
}
"""Our words for pydantic's kinds of error; any other kind is told in pydantic's own."""
_WITHOUT_VALUE = {"missing", "json_invalid"}


def first_error(error: ValidationError) -> tuple[str, str]:
    """Describes the first thing that is wrong with a file's values.

    A `ValueError` that a validator raised keeps its text, which should therefore read on from the field's name
    ("should be ...", "is ..."). Don't validate a union of types: pydantic adds the type that it tried to the path.

    Args:
        error: what a `TypeAdapter` raised.

    Returns:
        The path of the field from the top, dotted ("occluders.0.paint"; "" is the whole file), and what is wrong with
        it, including the value received: "should be at most 1, received 1.5". Each is one line of a few hundred
        characters at most.
    """
    first = error.errors(include_url=False)[0]
    kind, steps = first["type"], first["loc"]
    message = _message(kind, first["msg"], first.get("ctx", {}))
    if steps and steps[-1] == "[key]":  # a mapping's key, not its value, was refused
        message, steps = f"is unknown: a key {message}", steps[:-1]
    elif kind == "missing" and steps and isinstance(steps[-1], int):  # an item of a tuple
        message, steps = f"has too few items, received {_shown(first['input'])}", steps[:-1]
    elif kind not in _WITHOUT_VALUE:
        message += f", received {_shown(first['input'])}"
    path = one_line(".".join(str(step) for step in steps))
    return (path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}..."), one_line(message)


def _message(kind: str, text: str, context: Mapping[str, Any]) -> str:
    """The words for a kind of error; `text` is what pydantic says of it."""
    words = _WORDS.get(kind)
    if words is None:
        return text.removeprefix("Input ")
    # A bound of a float is a float: 1 reads better than 1.0.
    return words.format(**{key: f"{value:.12g}" if type(value) is float else value for key, value in context.items()})


def _shown(value: Any) -> str:
    """A value as Python writes it, shortened."""
    writer = reprlib.Repr()
    writer.maxstring = writer.maxother = writer.maxlong = 80
    try:
        return writer.repr(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return "a number of thousands of digits"
