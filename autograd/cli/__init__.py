"""The command line, `python -m autograd`: read a formula as text, and step through its gradients. Only this folder
parses formulas.
"""
