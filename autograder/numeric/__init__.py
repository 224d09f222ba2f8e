"""NumPy functions: compare, gradient check, digits. Knows no notebook and no nbgrader."""
