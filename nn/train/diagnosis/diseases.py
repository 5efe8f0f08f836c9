"""The table of diseases: the name, the check that finds it, the sentence that says what was found, and the remedy.

A sentence is filled with `where`, `number` and the details of the sign that the check found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from . import data_checks as data, network_checks as network, step_checks as steps
from .evidence import Evidence
from .sign import Sign


class Disease(NamedTuple):
    """One row of the table."""

    name: str
    check: Callable[[Evidence], Iterable[Sign]]
    sentence: str
    remedy: str


DISEASES: Final = (
    Disease(
        "nan in the data",
        data.nan_in_the_data,
        "{number} of {size} numbers are nan or inf",
        "remove these samples, or replace the missing values before training",
    ),
    Disease(
        "constant feature",
        data.constant_feature,
        "{count} features have the same value in all samples of the batch, here {number:.4g}",
        "leave the feature out, or check how the data was read; shuffle the samples if they are sorted",
    ),
    Disease(
        "inputs not normalised",
        data.inputs_not_normalised,
        "the root mean square is {number:.4g} (mean {mean:.4g}, standard deviation {std:.4g}), and it should be near 1",
        "scale the inputs with nn.data.Standardize, fitted on the training data; divide pixels by 255",
    ),
    Disease(
        "labels out of range",
        data.labels_out_of_range,
        "{count} of {size} labels are outside of {expected}, the first one is {number:g}",
        "number the classes from 0, and give the last layer one output for each class",
    ),
    Disease(
        "one-hot labels",
        data.one_hot_labels,
        "the labels are one-hot rows of integers of shape {shape}, and the loss takes the number of each class",
        "give target.argmax(axis=1)",
    ),
    Disease(
        "shapes that broadcast",
        data.shapes_that_broadcast,
        "the output has shape {output} and the target {target}: their difference has {number} elements, which pairs "
        "each sample with every other one, or an error",
        "give both the same shape, for example with output.squeeze(1)",
    ),
    Disease(
        "softmax before cross-entropy",
        data.softmax_before_cross_entropy,
        "the outputs have been through {function}, and the loss applies it again: it cannot fall below {number:.3g}",
        "remove the last {function} from the model; the loss takes scores",
    ),
    Disease(
        "high loss at the start",
        network.high_loss_at_the_start,
        "the loss is {number:.4g}, and a guess among {classes} classes has ln {classes} = {guess:.4g}: the model is "
        "sure of wrong answers",
        "make the weights of the last layer smaller at the start, and normalise the inputs",
    ),
    Disease(
        "forgotten train()",
        network.forgotten_train,
        "the model is in evaluation mode; in training mode its outputs differ by up to {number:.2g} of their size",
        "call model.train() before training: dropout and batch normalization then work",
    ),
    Disease(
        "forgotten eval()",
        network.forgotten_eval,
        "the model is in training mode under no_grad(); in evaluation mode its outputs differ by up to {number:.2g} of "
        "their size",
        "call model.eval() before evaluating, and model.train() afterwards",
    ),
    Disease(
        "nothing to train",
        network.nothing_to_train,
        "none of the {number} parameters of the model requires a gradient",
        "thaw layers with requires_grad_(True); parameters are found among the attributes of Modules",
    ),
    Disease(
        "parameter not in the optimizer",
        network.parameter_not_in_the_optimizer,
        "{number} of {all} trainable parameters are not in the optimizer, so no step changes them",
        "give the optimizer model.parameters() after the model is complete; freeze what shall stay, with "
        "requires_grad_(False)",
    ),
    Disease(
        "parameter without a gradient",
        network.parameter_without_a_gradient,
        "{number} of {all} trainable parameters get no gradient: the loss does not depend on them",
        "use the layer in forward, and do not leave the graph with detach(), .data or no_grad()",
    ),
    Disease(
        "forgotten zero_grad()",
        network.forgotten_zero_grad,
        "the gradients are {number} times the gradient of this batch: they are the sum of {number} backward passes",
        "call optimizer.zero_grad() before each backward()",
    ),
    Disease(
        "dead ReLUs",
        network.dead_relus,
        "{number:.0%} of the units are 0 for all samples of the batch, so their weights get no gradient",
        "use a smaller learning rate, another initialization such as nn.init.kaiming_uniform_, or LeakyReLU",
    ),
    Disease(
        "saturated activations",
        network.saturated_activations,
        "{number:.0%} of the results of {function} are at its flat ends, where the gradient is almost 0",
        "use smaller weights at the start, normalise the inputs, or use ReLU",
    ),
    Disease(
        "vanishing gradient",
        network.vanishing_gradient,
        "the norm of the gradient is {number:.2g}, and a later layer has {largest:.2g}: this layer hardly learns",
        "use fewer layers or ReLU, normalization layers, or an initialization that suits the activation",
    ),
    Disease(
        "exploding gradient",
        network.exploding_gradient,
        "the norm of the gradient is {number:.2g}",
        "clip it with nn.utils.clip_grad_norm_ or GradientClip, use smaller weights at the start, and scale the inputs "
        "and the targets",
    ),
    Disease(
        "nan",
        steps.not_finite,
        "the loss or a gradient is not finite; it began here: {what}",
        "run the step within detect_anomaly(), which names your line; look for log(0), 0/0 and too large steps",
    ),
    Disease(
        "one batch not over-fitted",
        steps.batch_not_over_fitted,
        "after {steps} steps of Adam on this batch alone the loss is {number:.3g}, from {first:.3g}{constant}",
        "check that the inputs belong to the targets and that all layers get a gradient; then use a larger model",
    ),
    Disease(
        "learning rate too high",
        steps.learning_rate_too_high,
        "with lr={number:.3g} the loss goes from {first:.3g} to {last:.3g} in {steps} steps on this batch",
        "divide it by 10, or let nn.train.lr_find suggest one",
    ),
    Disease(
        "learning rate too low",
        steps.learning_rate_too_low,
        "with lr={number:.3g} the loss goes from {first:.5g} to {last:.5g} in {steps} steps on this batch",
        "multiply it by 10, or let nn.train.lr_find suggest one",
    ),
    Disease(
        "large update",
        steps.large_update,
        "the next step changes the weights by {number:.2g} of their size; about 0.001 is usual",
        "use a smaller learning rate, or clip the gradient",
    ),
    Disease(
        "small update",
        steps.small_update,
        "the next step changes the weights by {number:.2g} of their size; about 0.001 is usual",
        "use a larger learning rate",
    ),
    Disease(
        "error",
        steps.failure,
        "it raises {error}",
        "read the message; nn.summary(model, X) shows the shapes of all layers",
    ),
)
