"""Warnings, indicators, hit/no-hit. Never sees a case. Empty until that network is built."""
