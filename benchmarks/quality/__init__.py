"""The grader's report card: how well it tells right from wrong, beside what is known to be either. ``make quality``.

Nothing here grades: the mutants, the corpora and the sample class go through the checks as they are.
"""
