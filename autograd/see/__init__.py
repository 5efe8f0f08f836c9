"""Seeing: pictures of graphs, and backprop step by step."""
