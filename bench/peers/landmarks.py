"""GKC and its gradient at every edge through 1,024 landmarks (Nyström) in NumPy fp32: python landmarks.py GRAPH.npz"""
import json
import sys
import time

import numpy
import scipy.linalg
import scipy.sparse

from graph import read

LANDMARKS, RIDGE, ROWS = 1024, 10, 4096
graph = read(sys.argv[1])
adjacency = (graph["adjacency"] + scipy.sparse.identity(len(graph["y"]), format="csr")).tocsr()
scale = scipy.sparse.diags(1 / numpy.sqrt(numpy.asarray(adjacency.sum(1)).ravel()))
mix = (scale @ adjacency @ scale).astype(numpy.float32).tocsr()
x = numpy.asarray(graph["unit"].todense(), dtype=numpy.float32)
y = numpy.eye(graph["y"].max() + 1, dtype=numpy.float32)[graph["y"]]
y -= y.mean(0)
n = len(y)
started = time.process_time()


def kappa(c):
    c = numpy.clip(c, -1, 1)
    return ((numpy.pi - numpy.arccos(c)) * c) / (2 * numpy.pi)


def slope(c):
    c = numpy.clip(c, -1, 1 - 1e-7)
    return ((numpy.pi - numpy.arccos(c)) + c / numpy.sqrt(1 - c * c)) / (2 * numpy.pi)


mixed = mix @ x
norm = numpy.linalg.norm(mixed, axis=1, keepdims=True)
unit = mixed / numpy.maximum(norm, 1e-12)
points = unit[numpy.sort(numpy.random.default_rng(0).permutation(n)[:LANDMARKS])]
w = kappa(points @ points.T)
numpy.fill_diagonal(w, 0.5 + 1e-5)
whiten = scipy.linalg.solve_triangular(numpy.linalg.cholesky(w), numpy.eye(LANDMARKS, dtype=numpy.float32), lower=True)
blocks = [slice(first, min(n, first + ROWS)) for first in range(0, n, ROWS)]
phi = numpy.concatenate([kappa(unit[rows] @ points.T) @ whiten.T for rows in blocks])
d = numpy.maximum(0, 0.5 - (phi * phi).sum(1, keepdims=True)) + RIDGE
b = phi.T @ (y / d)
gamma = numpy.linalg.solve(numpy.eye(LANDMARKS, dtype=numpy.float32) + phi.T @ (phi / d), b)
gkc = numpy.sqrt(2 / n * ((y * y / d).sum() - (b * gamma).sum()))
alpha = (y - phi @ gamma) / d
at_edges = []
for rows in blocks:
    left = alpha[rows] @ gamma.T - (alpha[rows] ** 2).sum(1, keepdims=True) * phi[rows]
    s = ((left @ whiten) * slope(unit[rows] @ points.T)) @ points
    s -= (s * unit[rows]).sum(1, keepdims=True) * unit[rows]
    s *= -4 / n / numpy.maximum(norm[rows], 1e-12)
    pattern = mix[rows].tocoo()
    at_edges.append(numpy.einsum("ij,ij->i", s[pattern.row], x[pattern.col]))
total = float(numpy.abs(numpy.concatenate(at_edges)).sum())
print(json.dumps({"seconds": time.process_time() - started, "gkc": float(gkc), "gradient": total}))
