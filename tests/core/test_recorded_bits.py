"""Trainings end in the bits that were recorded: no later change, and no machine, may give others unnoticed.

`tests/support/recorded_networks.py` says how they are recorded.
"""

import json

import pytest

import recorded_networks
from lamella import _core

RECORDED = json.loads(recorded_networks.RECORD.read_text())


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("isa", _core.available_isas())
def test_bits_are_those_recorded(isa, threads):
    if isa not in RECORDED:
        pytest.skip(f"nothing was recorded on {isa}")
    assert recorded_networks.digests_on(isa, threads) == RECORDED[isa]
