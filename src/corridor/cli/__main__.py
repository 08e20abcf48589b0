"""`python -m corridor.cli`: the command line without the installed script."""

from corridor.cli import main

main()
