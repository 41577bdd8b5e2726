"""`python -m flowengine`: the command line."""

from flowengine.cli.main import main

main()
