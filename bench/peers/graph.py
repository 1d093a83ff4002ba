"""The npz files that surety reads, for the peers: features and edges as SciPy matrices."""
import numpy
import scipy.sparse


def read(path):
    with numpy.load(path) as z:
        arrays = {name: z[name] for name in z.files}
    n = int(arrays["num_nodes"][0])
    u, v = arrays.get("edges_attacked", arrays["edges"]).T
    ones = numpy.ones(2 * len(u), dtype=numpy.float32)
    adjacency = scipy.sparse.csr_matrix((ones, (numpy.r_[u, v], numpy.r_[v, u])), shape=(n, n))
    if "features" in arrays:
        x = scipy.sparse.csr_matrix(arrays["features"])
    else:
        x = scipy.sparse.csr_matrix(
            (arrays["feat_data"], arrays["feat_indices"], arrays["feat_indptr"]), shape=tuple(arrays["feat_shape"])
        )
    length = numpy.sqrt(numpy.asarray(x.multiply(x).sum(1)).ravel())
    unit = scipy.sparse.diags((1 / numpy.maximum(length, 1e-12)).astype(numpy.float32)) @ x
    split = {name: arrays[name + "_idx"] for name in ("train", "val", "test") if name + "_idx" in arrays}
    return {"adjacency": adjacency, "x": x, "unit": unit, "y": arrays["labels"], "split": split}
