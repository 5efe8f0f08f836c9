"""`python -m autograd`: parse an expression and step through its gradients. Only this folder parses expressions."""
