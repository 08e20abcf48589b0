"""Corridor makes the United Nations Convention against Cybercrime work between States."""

__version__ = "0.1.0"
