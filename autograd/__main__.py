"""`python -m autograd "tanh(w*x + b)" w=-3 x=2 b=6.88`: see `autograd/cli/terminal.py`."""

import sys

from .cli.terminal import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
