"""The sums of a certificate over all pairs in torch fp32: python volatility.py TASK.npz"""
import json
import sys
import time

import numpy
import torch

torch.set_num_threads(1)
with numpy.load(sys.argv[1]) as z:
    task = {name: torch.from_numpy(z[name]) for name in z.files}
anchors, references = task["anchors"], task["references"]
scale, floor, deltas, etas = (task[name] for name in ("scale", "floor", "deltas", "etas"))
started = time.process_time()
bins = len(deltas) + 1
total, exceeding = 0.0, 0
for first in range(0, len(references), 512):
    rows = slice(first, first + 512)
    d = torch.cdist(references[rows], anchors) / scale
    change = (task["reference_loss"][rows, None] - task["anchor_loss"]).abs()
    divisor = d.clamp(min=float(floor))
    place = (torch.bucketize(d, deltas) + bins * torch.arange(len(d))[:, None]).ravel()

    def by_radius(values=None):
        sums = torch.bincount(place, None if values is None else values.ravel(), minlength=bins * len(d))
        return sums.reshape(len(d), bins).cumsum(1)

    total += float((change.clamp(max=1) / divisor).sum())
    within = by_radius()
    for eta in etas.tolist():
        windowed = by_radius(change.clamp(max=eta) / divisor)
        exceed = by_radius((change >= eta).float())
        exceeding += int(exceed[:, :-1].sum())
print(json.dumps({"seconds": time.process_time() - started, "total": total, "exceeding": exceeding}))
