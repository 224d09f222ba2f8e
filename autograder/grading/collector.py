"""Python's garbage collector in processes that hold large libraries and run long."""

import gc

_MADE = 20_000  # objects until it looks again: more often, it only finds that students' arrays are no garbage


def spare() -> None:
    """Leave alone what is loaded by now, which stays, and so is not copied where a fork shares it; look less often."""
    gc.freeze()
    gc.set_threshold(_MADE)
