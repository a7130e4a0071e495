"""`python -m lamella`: what this installation is and runs on."""

from lamella import _core
from lamella.base import config


def main() -> None:
    """Print version, instruction set, threads and devices."""
    print(f"lamella {_core.__version__}")
    print(f"instruction set: {_core.isa()} (available: {', '.join(_core.available_isas())})")
    print(f"threads: {config.num_threads()}")
    print(f"devices: {', '.join(_core.devices())}")


if __name__ == "__main__":
    main()
