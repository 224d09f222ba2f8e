"""Placeholder while the display is being written."""


class Derivation:
    """Placeholder."""
