"""Twelve architectures with random weights, exported to ONNX, and ε of one hidden layer and of the logits by NumPy from the
states that PyTorch itself gives: python3 scripts/differential/models.py FOLDER (PyTorch 1.13 or 2.x, onnx, NumPy)."""
import inspect, json, sys
from pathlib import Path
import numpy as np
import torch
from torch import nn

folder = Path(sys.argv[1])
torch.manual_seed(3)
rng = np.random.default_rng(5)
ROWS, STEPS, WIDTH, HIDDEN, CLASSES = 80, 6, 5, 8, 4


class Net(nn.Module):
    """body gives a state; the layer looked at is the only ReLU; head gives the logits."""

    def __init__(self, body, width, head=lambda state: state.mean(1)):
        super().__init__()
        self.body, self.act, self.out, self.head = body, nn.ReLU(), nn.Linear(width, CLASSES), head

    def forward(self, x):
        state = self.body(x)
        self.state = self.act(state[0] if isinstance(state, tuple) else state)
        return self.out(self.head(self.state))


class Fold(nn.Module):
    def __init__(self, steps_first):
        super().__init__()
        self.steps_first, self.linear = steps_first, nn.Linear(WIDTH, HIDDEN)

    def forward(self, x):
        return self.linear((x.transpose(0, 1) if self.steps_first else x).reshape(-1, WIDTH))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x):
        x = self.first(x)
        return x + self.norm(self.second(x))


normal = lambda *shape: rng.standard_normal(shape).astype(np.float32)
sequences, vectors, signals, images = normal(ROWS, STEPS, WIDTH), normal(ROWS, WIDTH), normal(ROWS, WIDTH, 12), normal(ROWS, 1, 6, 6)
tokens = rng.integers(0, 20, (ROWS, STEPS))
last = lambda state: state[-1]
steps_first = lambda state: state.transpose(0, 1)
unfold = lambda state: state.reshape(-1, STEPS, HIDDEN)
encoder = lambda batch_first: nn.Sequential(nn.Linear(WIDTH, HIDDEN), nn.TransformerEncoderLayer(HIDDEN, 2, 16, activation='gelu', batch_first=batch_first))
# name: (body, width of the state, head, data, axis of the batch, fixed batch or None, the state with examples first)
MODELS = {
    'MLP': (nn.Sequential(nn.Linear(WIDTH, 9), nn.Tanh(), nn.Linear(9, HIDDEN)), HIDDEN, lambda s: s, vectors, 0, None, None),
    'CNN 1-D': (nn.Conv1d(WIDTH, HIDDEN, 3), HIDDEN, lambda s: s.mean(2), signals, 0, None, None),
    'CNN 2-D': (nn.Conv2d(1, 3, 3), 3, lambda s: s.mean((2, 3)), images, 0, None, None),
    'ResNet block': (Residual(), 3, lambda s: s.mean((2, 3)), images, 0, None, None),
    'LSTM, batch first': (nn.LSTM(WIDTH, HIDDEN, batch_first=True), HIDDEN, lambda s: s[:, -1], sequences, 0, None, None),
    'LSTM, steps first': (nn.LSTM(WIDTH, HIDDEN), HIDDEN, last, sequences, 1, None, steps_first),
    'GRU, steps first, one example': (nn.GRU(WIDTH, HIDDEN), HIDDEN, last, sequences, 1, 1, steps_first),
    'RNN, two directions, eight examples': (nn.RNN(WIDTH, HIDDEN, bidirectional=True), 2 * HIDDEN, last, sequences, 1, 8, steps_first),
    'Transformer, batch first': (encoder(True), HIDDEN, lambda s: s.mean(1), sequences, 0, None, None),
    'Transformer, steps first, one example': (encoder(False), HIDDEN, lambda s: s.mean(0), sequences, 1, 1, steps_first),
    'tokens, embedded': (nn.Sequential(nn.Embedding(20, 7), nn.Linear(7, HIDDEN)), HIDDEN, lambda s: s.mean(1), tokens, 0, None, None),
    'time folded into the batch': (Fold(True), HIDDEN, lambda s: s.reshape(STEPS, -1, HIDDEN).mean(0), sequences, 0, None, lambda s: s.reshape(STEPS, -1, HIDDEN).transpose(0, 1)),
}

one_hot = lambda labels: np.eye(CLASSES)[labels]
LOSSES = {
    'zero-one': lambda p, y: (p.argmax(1) != y).astype(float),
    'one-minus-p': lambda p, y: 1 - p[np.arange(len(y)), y],
    'brier': lambda p, y: ((p - one_hot(y)) ** 2).sum(1),
    'cross-entropy': lambda p, y: -np.log(p[np.arange(len(y)), y]),
}
cosine = lambda a, b: (a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1))
METRICS = {
    'l2': lambda a, b: np.sqrt(((a - b) ** 2).sum(-1)),
    'l1': lambda a, b: np.abs(a - b).sum(-1),
    'linf': lambda a, b: np.abs(a - b).max(-1),
    'angle': lambda a, b: np.arccos(np.clip(cosine(a, b), -1, 1)),
}
flat = lambda s: s.reshape(len(s), -1)
features_last = {'flatten': flat, 'mean': lambda s: s.mean(1), 'channel': lambda s: s.mean(1), 'first': lambda s: s[:, 0], 'last': lambda s: s[:, -1]}
POOLINGS = {
    'vector': {None: flat},
    'steps': {None: features_last['mean'], **features_last},
    'positions': {None: lambda s: s.mean(2), 'flatten': flat, 'mean': lambda s: s.mean(2), 'channel': lambda s: s.mean(2), 'first': lambda s: s[:, :, 0], 'last': lambda s: s[:, :, -1]},
    'image': {None: flat, 'flatten': flat, 'mean': lambda s: s.mean((2, 3)), 'channel': lambda s: s.mean((2, 3))},
}


def epsilon(states, loss, metric):
    """Mean of |L_i - L_j| / d_ij over the pairs at a distance above 0, in double precision."""
    states = np.asarray(states, np.float64)
    i, j = np.triu_indices(len(loss), 1)
    distance, change = METRICS[metric](states[i], states[j]), np.abs(loss[i] - loss[j])
    apart = distance > 0
    return float((change[apart] / distance[apart]).mean())


def kind(name, state):
    return 'vector' if state.ndim == 2 else 'image' if state.ndim == 4 else 'positions' if name == 'CNN 1-D' else 'steps'


cases = []
for number, (name, (body, width, head, data, axis, fixed, rows_first)) in enumerate(MODELS.items()):
    net = Net(body, width, head).eval()
    fed = torch.tensor(data)
    fed = fed if axis == 0 else fed.transpose(0, 1)
    logits = net(fed).detach().numpy().astype(np.float64)
    state = net.state if rows_first is None else rows_first(net.state)
    state = state.detach().numpy()
    labels = logits.argmax(1)
    wrong = rng.random(ROWS) < .25
    labels[wrong] = rng.integers(0, CLASSES, wrong.sum())
    few = fed.narrow(axis, 0, fixed or 3)
    old = {'dynamo': False} if 'dynamo' in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(net, (few,), str(folder / f'{number}.onnx'), input_names=['x'], output_names=['logits'], opset_version=13,
                      dynamic_axes=None if fixed else {'x': {axis: 'batch'}, 'logits': {0: 'batch'}}, **old)
    np.savez(folder / f'{number}.npz', x=data, labels=labels)
    exponents = np.exp(logits - logits.max(1, keepdims=True))
    probabilities = exponents / exponents.sum(1, keepdims=True)
    pools = POOLINGS[kind(name, state)]
    runs = [(loss, 'l2', None) for loss in LOSSES] + [('one-minus-p', metric, None) for metric in METRICS if metric != 'l2']
    runs += [('one-minus-p', 'l2', pooling) for pooling in pools if pooling is not None]
    for loss, metric, pooling in runs:
        losses = LOSSES[loss](probabilities, labels)
        cases.append({'model': name, 'file': number, 'loss': loss, 'metric': metric, 'pool': pooling,
                      'state': epsilon(pools[pooling](state), losses, metric), 'logits': epsilon(logits, losses, metric)})
(folder / 'cases.json').write_text(json.dumps({'torch': torch.__version__, 'rows': ROWS, 'cases': cases}))
