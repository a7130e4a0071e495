"""Object files of the kernels define exactly one global symbol, their table, and no weak ones.

The linker could choose a weak symbol for the whole program and crash an older processor.
"""

import os
import subprocess
import sys


def exported(path):
    listing = subprocess.run(
        [os.environ.get("NM", "nm"), "--defined-only", path], capture_output=True, text=True, check=True
    ).stdout
    symbols = [line.split()[-2:] for line in listing.splitlines()]
    return [(kind, name) for kind, name in symbols if kind.isupper() or kind in "uvw"]


def main(paths):
    faulty = 0
    for path in paths:
        isa = os.path.basename(path).split(".")[0].removeprefix("isa_")
        symbols = exported(path)
        names = [name.lstrip("_") for _, name in symbols]
        if names != [f"lamella_kernels_{isa}"] or symbols[0][0] in "uvwVW":
            print(f"{path}: expected only lamella_kernels_{isa}. Found: {symbols}")
            faulty += 1
    return 1 if faulty or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
