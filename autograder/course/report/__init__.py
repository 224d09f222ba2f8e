"""The class report: what a sheet's hand-ins say together, as a page, a table and a workbook.

``reading`` is the rim that reads; ``statistics``, ``mistakes``, ``structure`` and ``likeness`` are pure; ``view`` puts
together what the page shows, and ``writing`` writes it.
"""
