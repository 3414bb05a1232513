"""Every way to write a mask: the ids that are read are the ids that were written, or it is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hairnet_data.core.errors import PictureError
from hairnet_data.core.images.masks import read_mask
from hairnet_data.core.labels.class_map import IndexMap, PartMap
from tests.support.mask_encoding_table import PAGE, colour_map, index_map, page_with_table, read, sample
from tests.support.mask_encodings import READ, REFUSED, Encoding, Ids

REASONS = {
    "alpha": "transparent pixels, whose class is not said",
    "transparent": "transparent pixels, whose class is not said",
    "JPEG 2000": "is JPEG2000 of other than 8 bits",
    "colours of": "has colours of 16 bits a channel",
    "grey BMP": "is a BMP of 4-bit greys",
    "values above": "has values above 3, its largest by its header",
    "a GIF": "no picture in it covers",
    "CMYK": "is a CMYK picture",
    "floating": "is a F picture",
    "32 bits": "holds 32-bit values",
    "animation": "is an animation",
}

few = settings(max_examples=25)  # of each encoding, and there are dozens
masks_of = {
    classes: arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 19)), elements=st.integers(0, classes - 1))
    for classes in (2, 3)
}


def named(encodings: list[Encoding]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("encoding", encodings, ids=lambda encoding: encoding.name)


@named(READ)
@few
@given(data=st.data())
def test_indices_are_what_the_file_stores_or_it_is_refused(encoding: Encoding, data: st.DataObject) -> None:
    ids = data.draw(masks_of[encoding.classes])
    if encoding.name.startswith("colours"):
        with pytest.raises(PictureError, match="is a colour picture"):
            read(encoding, index_map(encoding), ids)
    else:
        np.testing.assert_array_equal(read(encoding, index_map(encoding), ids), ids)


@named([encoding for encoding in READ if encoding.shown])
@few
@given(data=st.data())
def test_colours_are_what_the_file_shows(encoding: Encoding, data: st.DataObject) -> None:
    ids = data.draw(masks_of[encoding.classes])
    np.testing.assert_array_equal(read(encoding, colour_map(encoding), ids), ids)


@named([encoding for encoding in READ if encoding.classes == 2])
def test_a_part_is_what_is_shown_in_white(encoding: Encoding) -> None:
    ids = sample(2)
    inside = np.array([max(colour) > 0 for colour in encoding.shown or ()])[ids]
    np.testing.assert_array_equal(read(encoding, PartMap({"hair": 1}), ids), inside)


@named(REFUSED)
def test_what_is_no_label_is_refused(encoding: Encoding) -> None:
    (reason,) = {reason for start, reason in REASONS.items() if start in encoding.name}
    with pytest.raises(PictureError, match=reason):
        read(encoding, IndexMap({0: 0, 1: 1, 2: 2}), sample(encoding.classes))


def test_the_number_of_transparent_pixels_is_that_of_their_values() -> None:
    ids: Ids = sample(3)
    counts = {encoding.name: "" for encoding in REFUSED if "transparent" in encoding.name}
    for encoding in REFUSED:
        if encoding.name in counts and encoding.classes == 3:
            with pytest.raises(PictureError, match=r"has (\d+) transparent") as caught:
                read_mask(encoding.encode(ids), "a.png")
            counts[encoding.name] = str(caught.value).split()[2]
    zeros, twos = str(np.count_nonzero(ids == 0)), str(np.count_nonzero(ids != 1))
    assert counts["a transparent index of a palette, PNG"] == zeros
    assert counts["a half transparent index of a palette, PNG"] == twos
    assert counts["a transparent index of a palette, GIF"] == zeros
    assert counts["a transparent grey, PNG"] == zeros
    assert counts["a transparent colour, PNG"] == zeros


def test_the_table_in_the_docs_is_what_is_read() -> None:
    text = PAGE.read_text("utf-8")
    assert page_with_table(text) == text, "run python -m tests.support.mask_encoding_table"
