"""`python -m invopt`."""

from invopt.cli import main

main()
