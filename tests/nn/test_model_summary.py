"""summary: the table of layers, made without changing the network."""

import pytest

import autograd as ag
import nn


def test_a_summary_leaves_the_network_unchanged() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ModuleList([nn.ReLU()]))
    net[1].eval()
    net.requires_grad_(False)
    before, known = net.state_dict(), [set(vars(m)) for m in net.modules()]
    with pytest.raises(NotImplementedError):
        nn.summary(net, ag.ones(4, 2))
    del net[2]
    table = nn.summary(net, ag.ones(4, 2))
    assert [(row.name, row.shape, row.parameters) for row in table.rows] == [
        ("", "(4, 3)", 0),
        ("0", "(4, 3)", 9),
        ("1", "(4, 3)", 6),
    ]
    assert (table.parameters, table.trainable) == (15, 0)
    assert str(table).endswith("15 parameters, 0 of them trainable")
    assert [m.training for m in net.modules()] == [True, True, False]
    assert all((array == before[name]).all() for name, array in net.state_dict().items())
    assert [set(vars(m)) for m in net.modules()] == [known[0] - {"2"}, *known[1:3]]


def test_a_summary_counts_shared_parameters_once() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert [row.parameters for row in nn.summary(net, ag.ones(1, 2)).rows] == [0, 6, 2]


def test_a_summary_without_an_input_is_refused_with_an_example() -> None:
    with pytest.raises(TypeError, match=r"summary\(model, zeros\(4, 2\)\)"):
        nn.summary(nn.Linear(2, 1), (4, 2))
    with pytest.raises(TypeError, match="runs the model on an input and got none"):
        nn.summary(nn.Linear(2, 1))
