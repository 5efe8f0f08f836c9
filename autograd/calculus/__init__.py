"""Functions in, functions out: grad, jacobian, jvp and their kin, and the checks of gradients. Only this folder knows
how derivatives nest.
"""
