"""The Modules that `nn` exports: layers, activations, containers and losses.

Names, arguments, defaults, initial weights and state-dict keys are PyTorch's. A Module here only keeps options and
parameters; the computation is in `nn.functional`.
"""
