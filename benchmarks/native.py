"""The kernels beside the limits of the machine, in one table: builds the native benchmarks and runs them.

    pip install cmake ninja pybind11 scipy-openblas32 torch    # the last two: rivals, where they are wanted
    python benchmarks/native.py [--filter "gemm|dense"] [--seconds 0.1] [--repetitions 5]

Every kernel is verified before it is timed. Needs Google Benchmark (Debian: libbenchmark-dev).
"""

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "benchmarks"


def library(package, path):
    """The path of a library that an installed package ships, or an empty string."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return ""
    found = Path(spec.submodule_search_locations[0]) / path
    return str(found) if found.exists() else ""


def build():
    pybind11 = subprocess.check_output([sys.executable, "-m", "pybind11", "--cmakedir"], text=True).strip()
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DLAMELLA_BENCHMARKS=ON", f"-Dpybind11_DIR={pybind11}"]
    subprocess.run(["cmake", "-G", "Ninja", "-S", ROOT, "-B", BUILD, *options], check=True, stdout=sys.stderr)
    target = ["--target", "lamella_native_benchmarks"]
    subprocess.run(["cmake", "--build", BUILD, *target], check=True, stdout=sys.stderr)
    return BUILD / "benchmarks" / "native" / "lamella_native_benchmarks"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--filter", default=".", help="regular expression over `kernel|shape|threads|`")
    parser.add_argument("--seconds", type=float, default=0.1, help="of each repetition")
    parser.add_argument("--repetitions", type=int, default=5, help="the median counts")
    args = parser.parse_args()
    rivals = [
        library("scipy_openblas32", "lib/libscipy_openblas.so"),
        library("torch", "lib/libtorch_cpu.so"),
    ]
    flags = [
        f"--benchmark_filter={args.filter}",
        f"--benchmark_min_time={args.seconds}",
        f"--benchmark_repetitions={max(2, args.repetitions)}",
    ]
    sys.exit(subprocess.run([build(), *flags, *rivals], check=False).returncode)


if __name__ == "__main__":
    main()
