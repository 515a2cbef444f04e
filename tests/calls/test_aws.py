from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.utils import parse_timestamp

from calls.aws import moment


@pytest.mark.parametrize("told", [0, 1, 1763752000, 1763752000.123, 253402300799, "2026-11-21T12:30:00Z", "1763752000"])
def test_moments_of_answers_are_those_of_botocore(told: Any) -> None:
    found, known = moment(told), parse_timestamp(told)
    assert abs((found - known).total_seconds()) < 0.001
    assert found.astimezone(UTC) == datetime.fromtimestamp(found.timestamp(), UTC)


@pytest.mark.parametrize("told", ["", "yesterday", float("nan")])
def test_what_is_no_moment_is_refused_as_by_botocore(told: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_timestamp(told)
    with pytest.raises(ValueError, match=r".+"):
        moment(told)
