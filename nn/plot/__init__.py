"""Plots of networks and of training, drawn with matplotlib (extra `plot`).

Each function draws on the Axes given as `ax`, or on those of a new figure, and returns them. None of them calls
`plt.show()` or changes a setting of matplotlib, and none changes the model, optimizer or schedule that it shows.
"""

from .curves import history as history, schedule as schedule
from .gallery import activations as activations
from .gradients import gradient_flow as gradient_flow, gradient_norms as gradient_norms
from .matrix import confusion_matrix as confusion_matrix
from .regions import decision_boundary as decision_boundary
from .surface import loss_surface as loss_surface
