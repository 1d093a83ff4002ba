"""A two-layer GCN with the settings of `surety evaluate` in torch fp32: python gcn.py GRAPH.npz TRAININGS"""
import json
import sys
import time

import numpy
import scipy.sparse
import torch
import torch.nn.functional as F

from graph import read

torch.set_num_threads(1)


def sparse(m):
    m = m.tocoo()
    return torch.sparse_coo_tensor(numpy.stack([m.row, m.col]), m.data, m.shape, dtype=torch.float32).coalesce()


def accuracy(logits, y, nodes):
    return (logits[nodes].argmax(1) == y[nodes]).float().mean().item()


def train(x, a, y, split, classes, seed):
    torch.manual_seed(seed)
    w0 = torch.nn.init.xavier_uniform_(torch.empty(x.shape[1], 16)).requires_grad_()
    w1 = torch.nn.init.xavier_uniform_(torch.empty(16, classes)).requires_grad_()
    b0, b1 = torch.zeros(16, requires_grad=True), torch.zeros(classes, requires_grad=True)
    adam = torch.optim.Adam([w0, b0, w1, b1], lr=0.01, weight_decay=5e-4)

    def forward(training):
        dropped = torch.sparse_coo_tensor(x.indices(), F.dropout(x.values(), 0.5, training), x.shape)
        h = F.dropout(F.relu(torch.sparse.mm(a, torch.sparse.mm(dropped, w0)) + b0), 0.5, training)
        return torch.sparse.mm(a, h @ w1) + b1

    best, loss_of_best, test = -1, float("inf"), 0
    for _ in range(200):
        adam.zero_grad()
        F.cross_entropy(forward(True)[split["train"]], y[split["train"]]).backward()
        adam.step()
        with torch.no_grad():
            logits = forward(False)
        validation = accuracy(logits, y, split["val"])
        loss = F.cross_entropy(logits[split["val"]], y[split["val"]]).item()
        if validation > best or (validation == best and loss < loss_of_best):
            best, loss_of_best, test = validation, loss, accuracy(logits, y, split["test"])
    return test


graph = read(sys.argv[1])
n = len(graph["y"])
adjacency = graph["adjacency"] + scipy.sparse.identity(n, format="csr")
scale = scipy.sparse.diags(1 / numpy.sqrt(numpy.asarray(adjacency.sum(1)).ravel()))
x, a = sparse(graph["unit"]), sparse(scale @ adjacency @ scale)
y = torch.tensor(graph["y"], dtype=torch.long)
split = {name: torch.tensor(nodes, dtype=torch.long) for name, nodes in graph["split"].items()}
started = time.process_time()
tests = [train(x, a, y, split, int(graph["y"].max()) + 1, seed) for seed in range(int(sys.argv[2]))]
print(json.dumps({"seconds": time.process_time() - started, "mean": sum(tests) / len(tests)}))
