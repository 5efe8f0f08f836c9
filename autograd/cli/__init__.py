"""The command line, `python -m autograd`: a formula as text, its values and its gradients. Only this folder reads
formulas.
"""
