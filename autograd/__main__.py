"""`python -m autograd "tanh(w*x + b)" w=-3 x=2 b=6.88`: see `autograd/see/terminal.py`."""

import sys

from .see.terminal import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
