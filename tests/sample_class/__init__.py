"""The sample class: hand-ins as real students would write them, each with the points that it deserves.

A student is one TOML file: what was typed into which cell, on top of the release or of the solution, and, per graded
cell, what a fair tutor would give. ``python -m tests.sample_class submitted/`` writes the notebooks.
"""
