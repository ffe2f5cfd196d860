"""Speed and memory goals, measured: `make bench`. Never part of the tests, because the machine is shared."""
