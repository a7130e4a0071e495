"""Where the files that tests read beside the package are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
