"""What is packed for a page comes back, to the number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from page_reading import unpack

from ecograph.render.explorer.payload import pack, shorten

WHOLE = arrays(np.int64, st.integers(0, 40), elements=st.integers(-(2**31), 2**31 - 1))
SMALL = arrays(np.int64, st.integers(0, 40), elements=st.integers(-3, 300))


@given(WHOLE, SMALL)
def test_whole_numbers_come_back_exactly(wide: np.ndarray, small: np.ndarray) -> None:
    _, columns = unpack(pack({}, {"wide": wide, "small": small, "sorted": np.sort(wide)}))
    assert columns == {
        "wide": wide.tolist(), "small": small.tolist(), "sorted": np.sort(wide).tolist(),
    }  # fmt: skip


@given(arrays(np.float64, st.integers(0, 20)))
def test_other_numbers_come_back_as_they_are(values: np.ndarray) -> None:
    _, columns = unpack(pack({}, {"amount": values}))
    assert np.array_equal(np.array(columns["amount"], dtype=np.float64), values, equal_nan=True)


@given(st.dictionaries(st.text(), st.text()))
def test_texts_come_back(header: dict[str, str]) -> None:
    found, _ = unpack(pack({"texts": header}, {}))
    assert found["texts"] == {
        key.encode("utf-8", "replace").decode(): text.encode("utf-8", "replace").decode()
        for key, text in header.items()
    }


def test_a_number_that_json_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        pack({"share": math.nan}, {})


def test_what_is_packed_is_base64_alone() -> None:
    assert set(pack({"title": "</script><!--"}, {})) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    )


def test_sorted_ends_take_a_byte_each_before_they_are_compressed() -> None:
    ends = np.arange(100_000) // 3
    header, columns = unpack(pack({}, {"ends": ends}))
    assert header["columns"]["ends"] == ["int8", 100_000, 0, 1]
    assert columns["ends"] == ends.tolist()


@given(arrays(np.float64, 20, elements=st.floats(-1e30, 1e30, allow_subnormal=False)))
def test_shortened_numbers_keep_three_and_a_half_digits(values: np.ndarray) -> None:
    tiny = np.abs(values) < 1e-37  # below it single precision itself has fewer digits
    kept = shorten(values).astype(np.float64)
    assert np.all((np.abs(kept - values) <= np.abs(values) * 2.0**-12) | tiny)


def test_what_is_no_number_stays_none() -> None:
    kept = shorten(np.array([np.nan, np.inf, -np.inf, 0.0]))
    assert np.array_equal(
        kept, np.array([np.nan, np.inf, -np.inf, 0.0], np.float32), equal_nan=True
    )
