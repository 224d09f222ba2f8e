"""An exercise sheet that grades itself: derivations checked line by line, NumPy functions tested.

Arrows between the wings run one way only::

    symbolic   derivations: notation -> expression -> worlds -> verdict      (pure)
    numeric    NumPy functions: compare, gradient check, digits              (pure)
    notebook   what a notebook cell says and shows
    grading    runs a submission with nbgrader
    course     release, sample class, report, command line
"""

__version__ = "0.1.0"
