"""An exercise sheet that grades itself: derivations checked line by line, NumPy functions tested.

Arrows between the wings run one way only::

    symbolic   derivations: notation -> expression -> worlds -> verdict      (pure)
    numeric    NumPy functions: compare, gradient check, digits              (pure)
    notebook   what a notebook cell says and shows
    grading    runs a submission with nbgrader
    course     release, sample class, report, command line
"""

__version__ = "0.1.0"


def load_ipython_extension(shell: object) -> None:
    """Register the cell magic ``%%derivation``: what ``%load_ext autograder`` calls."""
    from autograder.notebook.derivation import load_ipython_extension as load

    load(shell)
