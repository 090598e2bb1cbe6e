"""The small internet, running."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from demo.internet import Internet


@pytest.fixture
def internet(now: datetime) -> Iterator[Internet]:
    with Internet(now) as running:
        yield running
