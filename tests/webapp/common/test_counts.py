from __future__ import annotations

import pytest

from webapp.common.counts import as_count


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_a_whole_number_is_read(text: str, count: int) -> None:
    assert as_count(text) == count


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "1\n", "²", "٣", "1_0", "9" * 5000])
def test_any_other_text_is_none(text: str) -> None:
    assert as_count(text) is None
