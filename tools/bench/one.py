"""One measurement of one engine, in this process: `one.py WORK ENGINE HOW QUICK` prints its figures as JSON.

A work is a module of this folder with a function `measure`. It is imported only here, in the environment of the engine.
A figure is a list of seconds (or of bytes or nodes); "check" holds numbers on which all engines that do the same work
agree.
"""

import json
import sys
from importlib import import_module

if __name__ == "__main__":
    work, engine, how, quick = sys.argv[1:]
    print(json.dumps(import_module(f"bench.{work}").measure(engine, how, quick == "quick")))
