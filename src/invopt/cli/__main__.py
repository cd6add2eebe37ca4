"""`python -m invopt.cli`."""

from invopt.cli import main

main()
