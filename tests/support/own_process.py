"""Programs that may crash, in processes of their own."""

import subprocess
import sys
import textwrap

PREAMBLE = """
import gc, threading, time
import numpy as np
import lamella
from lamella import _core, layers, losses, metrics
"""


def output_of(body):
    """What a program prints that has to end well."""
    process = subprocess.run(
        [sys.executable, "-c", PREAMBLE + textwrap.dedent(body)], capture_output=True, text=True, timeout=120
    )
    assert process.returncode == 0, (process.returncode, process.stderr[-2000:])
    return process.stdout
