"""Typical code from courses on PyTorch and micrograd runs with only the imports changed."""

from typing import Any

import numpy as np
import pytest

import autograd as torch
import nn
import nn.functional as F
from autograd import Value
from nn import optim
from nn.data import DataLoader, TensorDataset


def blobs(count: int, classes: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points around a centre for each class; the centres are far apart."""
    draw = np.random.default_rng(0)
    labels = draw.integers(0, classes, count)
    centres = 3.0 * draw.normal(size=(classes, features))
    return centres[labels] + draw.normal(size=(count, features)), labels


class MLP(nn.Module):
    def __init__(self, d_in: int, d_hidden: int, d_out: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(d_in, d_hidden)
        self.fc2 = nn.Linear(d_hidden, d_out)

    def forward(self, x: Any) -> Any:
        x = x.view(-1, 4)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


def test_a_class_with_super_init_and_functional_relu_trains_in_the_usual_loop() -> None:
    torch.manual_seed(1)
    X, y = blobs(64, 3, 4)
    model = MLP(4, 16, 3)
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    criterion = nn.NLLLoss()
    loader = DataLoader(TensorDataset(X.reshape(64, 2, 2), y), batch_size=16, shuffle=True)
    for _epoch in range(5):
        model.train()
        running_loss = 0.0
        for inputs, labels in loader:
            optimizer.zero_grad()
            outputs = model(inputs)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
    model.eval()
    correct = 0
    total = 0
    with torch.no_grad():
        for inputs, labels in loader:
            outputs = model(inputs)
            predicted = outputs.argmax(dim=1)
            total += labels.size
            correct += (predicted == labels).sum().item()
    assert total == 64
    assert correct >= 62
    assert running_loss / len(loader) < 0.2


def test_a_sequential_with_batch_norm_gelu_and_dropout_trains_with_clipped_gradients() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256),
        nn.BatchNorm1d(256),
        nn.GELU(),
        nn.Dropout(0.3),
        nn.Linear(256, 10),
    )
    for m in model.modules():
        if isinstance(m, nn.Linear):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
            nn.init.zeros_(m.bias)
    assert sum(p.numel() for p in model.parameters()) == 784 * 256 + 256 + 2 * 256 + 256 * 10 + 10
    optimizer = optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.5)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    x, y = torch.randn(32, 28, 28), torch.randint(0, 10, (32,))
    losses = []
    for _step in range(10):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2
    model.eval()
    with torch.no_grad():
        outputs = model(x)
    assert not outputs.requires_grad
    accuracy = (outputs.argmax(dim=1) == y).float().mean().item()
    assert accuracy > 0.9
    assert (model(x).numpy() == outputs.numpy()).all()


def test_a_regression_is_fitted_with_mse_and_adam() -> None:
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 50).unsqueeze(1)
    y = 3 * x + 0.5
    model = nn.Linear(1, 1)
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    loss_fn = nn.MSELoss()
    for _ in range(150):
        pred = model(x)
        loss = loss_fn(pred, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 1e-4
    assert model.weight.item() == pytest.approx(3.0, abs=0.05)


def test_a_state_is_saved_and_loaded_into_a_new_network(tmp_path: Any) -> None:
    model = MLP(4, 8, 3)
    nn.save(model.state_dict(), tmp_path / "model.safetensors")
    model2 = MLP(4, 8, 3)
    model2.load_state_dict(nn.load(tmp_path / "model.safetensors"))
    model2.eval()
    x = torch.randn(2, 4)
    assert (model(x).numpy() == model2(x).numpy()).all()


def test_frozen_layers_do_not_change_in_fine_tuning() -> None:
    model = MLP(4, 8, 3)
    for p in model.fc1.parameters():
        p.requires_grad = False
    optimizer = optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), lr=0.1)
    before = model.state_dict()
    F.nll_loss(model(torch.randn(5, 4)), torch.randint(0, 3, (5,))).backward()
    optimizer.step()
    after = model.state_dict()
    assert [name for name in after if (after[name] != before[name]).any()] == ["fc2.weight", "fc2.bias"]


def test_an_embedding_feeds_a_classifier_of_bags_of_words() -> None:
    torch.manual_seed(0)
    words = torch.randint(1, 20, (30, 5))
    labels = (words.numpy() < 8).sum(1) > 2

    class Bag(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(20, 8, padding_idx=0)
            self.fc = nn.Linear(8, 1)

        def forward(self, x: Any) -> Any:
            return self.fc(self.embedding(x).mean(dim=1)).squeeze(1)

    model = Bag()
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    criterion = nn.BCEWithLogitsLoss()
    for _ in range(60):
        optimizer.zero_grad()
        loss = criterion(model(words), torch.tensor(labels).to(float))
        loss.backward()
        optimizer.step()
    assert ((model(words).data > 0) == labels).mean() > 0.95


def test_micrograds_training_loop_runs() -> None:
    X, y = blobs(20, 2, 2)
    y = y * 2 - 1
    torch.manual_seed(1)
    model = nn.MLP(2, [8, 1])

    def loss() -> tuple[Value, float]:
        inputs = [list(map(Value, xrow)) for xrow in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y.tolist(), scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y.tolist(), scores, strict=True)]
        return total_loss, sum(accuracy) / len(accuracy)

    for k in range(40):
        total_loss, _acc = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * 0.2 * p.grad
    assert loss()[1] == 1.0
