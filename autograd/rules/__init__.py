"""The derivatives, each written once, and the forward functions they belong to. Only this folder knows calculus."""
