"""Purification as GCN-SVD and GCN-Jaccard do it, from file to graph, in SciPy: python purify.py svd|jaccard GRAPH.npz"""
import sys

import numpy
import scipy.sparse.linalg

from graph import read

graph = read(sys.argv[2])
if sys.argv[1] == "svd":
    u, s, vt = scipy.sparse.linalg.svds(graph["adjacency"], k=50)
    print(((u * s) @ vt).shape)
else:
    x = (graph["x"] != 0).astype(numpy.float32)
    rows, columns = scipy.sparse.triu(graph["adjacency"]).nonzero()
    both = numpy.asarray(x[rows].multiply(x[columns]).sum(1)).ravel()
    held = numpy.asarray(x.sum(1)).ravel()
    kept = both / numpy.maximum(held[rows] + held[columns] - both, 1) >= 0.01
    print(int(kept.sum()), "of", len(kept))
