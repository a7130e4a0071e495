"""Hypothesis profiles and fixtures shared by the whole suite."""

import os

import hypothesis
import pytest

import lamella

hypothesis.settings.register_profile("ci", max_examples=25, derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("nightly", max_examples=150, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def default_settings():
    """Every test starts from, and leaves behind, the settings of a fresh process."""
    threads = lamella.config.num_threads()
    yield
    lamella.config.set_floatx("float32")
    lamella.config.set_epsilon(1e-7)
    lamella.config.set_num_threads(threads)


@pytest.fixture
def float64():
    """Build, train and predict in double precision."""
    lamella.config.set_floatx("float64")
