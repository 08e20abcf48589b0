"""The custody certificate: what `verify` found of one package, on paper, in words a judge follows.

`content` says what stands on it, `figure` draws the hands in time, `paper` makes the PDF, `signature` signs it.
"""
