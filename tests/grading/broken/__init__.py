"""Broken hand-ins: what students hand in instead of two notebooks, and what each deserves."""
