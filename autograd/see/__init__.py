"""Graphs as pictures (`picture/`), boxes as coordinates (`layout/`), the sweep as a lesson (`steps/`). Only this folder
imports graphviz and IPython.
"""
