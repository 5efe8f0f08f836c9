"""Functions that take a function and return its derivative (grad, jacobian, jvp and others), and the check of gradients
against numeric derivatives. Only this folder knows how derivatives nest.
"""
