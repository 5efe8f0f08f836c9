"""Pages that compute: a graph or a function whose numbers follow the reader's sliders, forward and backward. Only this
folder knows how a recorded graph is computed in a browser.
"""
