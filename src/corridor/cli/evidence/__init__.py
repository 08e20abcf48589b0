"""Evidence packages from the command line, with no node at all: one file for a command or two."""
