"""Build the compiled engine where a C compiler is found; install the pure engine where none is, and say which.

All else is in pyproject.toml. One binary, for the limited API of Python 3.11, serves every later Python.
"""

import os
import platform
import runpy
import sysconfig

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

NATIVE = "autograd/native/"
sources = runpy.run_path(NATIVE + "sources.py")
source_hash = sources["source_hash"]()
# A product and a sum are not to be one rounding: the bits are those of Python's floats. The others are on by default.
FLAGS = ["/fp:precise", "/std:c11"] if os.name == "nt" else ["-std=c11", "-ffp-contract=off"]
# -O3 makes a loop take several numbers at once. That is for the interpreter, which runs over arrays; in the core, a
# load of two numbers at once would wait for the two stores just before it.
LEVELS = {} if os.name == "nt" else {"core": ["-O2"], "interpreter": ["-O3"]}

extensions = [
    Extension(
        f"autograd.native.{name}",
        [f"{NATIVE}{name}.c"],
        depends=[NATIVE + source for source in (*sources["SOURCES"], "sources.py")],
        define_macros=[("Py_LIMITED_API", "0x030B0000"), ("SOURCE_HASH", f'"{source_hash}"')],
        extra_compile_args=FLAGS + LEVELS.get(name, []),
        py_limited_api=True,
        optional=True,  # without a compiler, setuptools warns and goes on
    )
    for name in sources["MODULES"]
]


class Build(build_ext):
    """Builds the extensions, and says whether they are there now."""

    def run(self) -> None:
        super().run()
        print("Glassgrad:", "the compiled engine" if self.is_built() else "the pure Python engine")

    def is_built(self) -> bool:
        return all(map(os.path.exists, super().get_outputs()))


class Wheel(bdist_wheel):
    """A wheel whose tag says what is in it: it is for any platform where nothing was compiled."""

    def finalize_options(self) -> None:
        super().finalize_options()
        build = self.get_finalized_command("build_ext")
        if self.distribution.ext_modules and not build.inplace:
            self.run_command("build_ext")
            if not build.is_built():
                self.distribution.ext_modules = []
                self.root_is_pure = True


pure = os.environ.get("GLASSGRAD_PURE", "0") not in ("", "0")
# A node relies on the interpreter's lock, and on CPython's speed in calls.
fitting = platform.python_implementation() == "CPython" and not sysconfig.get_config_var("Py_GIL_DISABLED")
compiled = fitting and not pure

setup(
    ext_modules=extensions if compiled else [],
    cmdclass={"build_ext": Build, "bdist_wheel": Wheel},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if compiled else {},
)
