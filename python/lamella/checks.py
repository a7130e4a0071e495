"""What arguments have to be, where several kinds of objects ask for the same."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_positive_integer(value: Any) -> bool:
    """Whether it is an integer above 0; True is none.

    >>> [is_positive_integer(value) for value in (3, np.int64(3), 3.0, True, 0)]
    [True, True, False, False, False]
    """
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and int(value) > 0
