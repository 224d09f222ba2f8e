"""Measurements of speed; nothing here is imported by the package."""
