"""seal: evidence packages. Encrypt, index, custody, check, open, hand over (spec/package.md)."""
