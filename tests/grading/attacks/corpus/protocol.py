"""Attacks on the conversation between the student's process and the one that grades; stock nbgrader has none."""

ATTACKS = []
