"""Notice that another package called `autograd` was installed into the folder of this one.

HIPS autograd is imported as `autograd` too. Where pip installs both into one environment, their files are in one folder
and its `__init__.py` is that of the package that was installed last. This file handles the case where Glassgrad was
last; `nn/__init__.py` handles the other one.
"""

import os
from typing import Final

FOREIGN: Final = (os.path.join("numpy", "__init__.py"), "tracer.py")  # files of HIPS autograd, and of no Glassgrad


def refuse_foreign_files(folder: str) -> None:
    """Raise ImportError if this folder also holds files of HIPS autograd, whose functions would not know our nodes."""
    if any(os.path.exists(os.path.join(folder, name)) for name in FOREIGN):
        raise ImportError(
            f"{folder} holds the files of two packages, Glassgrad and HIPS autograd, which are both imported as "
            '`autograd`; run "pip uninstall -y autograd glassgrad" and then install Glassgrad again'
        )
