"""Assistance, training, exercises. Never sees a case. Empty until that part is built."""
