"""surety from Python: hidden states of a model into a file, the command line on it, its page in a notebook.

    import surety
    surety.save_torch("states.npz", model, loader, layers=["encoder.0", "encoder.1"])   # held-out rows, with labels
    report = surety.certify("states.npz", html="report.html")
    print(report["verdict"]["summary"]); surety.show("report.html")

Copy this file beside your code. It needs NumPy, PyTorch for save_torch only, and the command `surety`: of SURETY_COMMAND,
else on the PATH, else in node_modules here. Keras and JAX: make the arrays as docs/recipes.md shows, then save_states.
"""
import json
import os
import shlex
import shutil
import subprocess
import tempfile

import numpy as np


class SuretyError(RuntimeError):
    """What surety refused, with its own sentence; `code` is its exit code."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


def save_states(path, layers, labels, **output):
    """Writes what `surety certify` reads. layers: {name: [rows, ...]} first to last; output: logits=, probabilities= or loss=."""
    if len(output) != 1 or not set(output) <= {"logits", "probabilities", "loss"}:
        raise ValueError("give exactly one of logits, probabilities and loss")
    reserved = set(layers) & {"labels", "logits", "probabilities", "loss", "file"}
    if reserved:
        raise ValueError(f"no layer may be called {', '.join(sorted(reserved))}: surety reads it as something else")
    arrays = {name: np.asarray(array) for name, array in {**layers, **output}.items()}
    rows = {name: len(array) for name, array in {**arrays, "labels": labels}.items()}
    if len(set(rows.values())) != 1:
        raise ValueError(f"every array has one row an example, but these have {rows}")
    np.savez_compressed(path, **arrays, labels=np.asarray(labels).astype(np.int64))


def torch_states(model, batches, layers=None, pool=None):
    """(states, outputs, labels) of a PyTorch model over batches of (inputs, labels), in evaluation mode.

    layers: names of model.named_modules(), first to last; None: its direct children. pool: what becomes of each state,
    as lambda states: states.mean(1) for the mean over tokens. Inputs: a tensor, a tuple or a dict of arguments.
    """
    import torch

    modules = dict(model.named_modules())
    names = [name for name, _ in model.named_children()] if layers is None else list(layers)
    unknown = [name for name in names if name not in modules]
    if unknown or not names:
        raise ValueError(f"no module is called {unknown}; there are {[name for name in modules if name]}")
    pool = pool or (lambda states: states)
    first = lambda value: value[0] if isinstance(value, (tuple, list)) else getattr(value, "logits", value)
    seen, kept, outputs, labels = {}, {name: [] for name in names}, [], []

    def keep(name):
        def hook(_module, _inputs, output):
            if name in seen:
                raise ValueError(f"{name} runs twice in one pass, so which state is meant is unknown; choose another layer")
            # A copy: an activation in place, such as ReLU(inplace=True), writes over the tensor later.
            seen[name] = pool(first(output).detach()).float().cpu().numpy().copy()
        return hook

    hooks = [modules[name].register_forward_hook(keep(name)) for name in names]
    training = [module for module in model.modules() if module.training]
    device = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    move = lambda value: value.to(device) if isinstance(value, torch.Tensor) else value
    try:
        model.eval()
        with torch.no_grad():
            for inputs, targets in batches:
                seen.clear()
                if isinstance(inputs, dict):
                    output = model(**{name: move(value) for name, value in inputs.items()})
                else:
                    output = model(*map(move, inputs if isinstance(inputs, (tuple, list)) else (inputs,)))
                for name in names:
                    if name not in seen:
                        raise ValueError(f"{name} did not run, so it has no state; choose another layer")
                    if len(seen[name]) != len(targets):
                        raise ValueError(f"{name} has {len(seen[name])} rows for {len(targets)} examples; its first axis must be the batch")
                    kept[name].append(seen[name])
                outputs.append(first(output).float().cpu().numpy())
                labels.extend(np.asarray(targets.cpu() if isinstance(targets, torch.Tensor) else targets).tolist())
    finally:
        for hook in hooks:
            hook.remove()
        for module in training:
            module.training = True
    return {name: np.concatenate(states) for name, states in kept.items()}, np.concatenate(outputs), np.asarray(labels)


def save_torch(path, model, batches, layers=None, pool=None, output="logits"):
    """Hidden states, outputs and labels of a PyTorch model, as `surety certify` reads them. output: what the model gives."""
    states, outputs, labels = torch_states(model, batches, layers, pool)
    save_states(path, states, labels, **{output: outputs})


def command():
    """How surety is called here."""
    if os.environ.get("SURETY_COMMAND"):
        return shlex.split(os.environ["SURETY_COMMAND"])
    local = os.path.join("node_modules", ".bin", "surety")
    found = shutil.which("surety") or (local if os.path.exists(local) else None)
    if found is None:
        raise FileNotFoundError("there is no command surety: npm install it here (docs/install.md), or set SURETY_COMMAND")
    return [found]


def run(name, *arguments, **options):
    """`surety NAME`: report of the run as a dictionary. batch_size=64 is --batch-size 64, dry_run=True is --dry-run."""
    flags = []
    for option, value in options.items():
        flag = "--" + option.replace("_", "-")
        values = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        flags += [] if value is None or value is False else [flag] if value is True else [flag, values]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        done = subprocess.run([*command(), name, *map(str, arguments), *flags, "--report", path], capture_output=True, text=True)
        # 1: nothing certified, or a limit that is not met; the report says which.
        if done.returncode not in (0, 1) or not os.path.exists(path):
            raise SuretyError(done.stderr.strip(), done.returncode)
        with open(path, encoding="utf8") as file:
            return json.load(file)


def certify(path, **options):
    return run("certify", path, **options)


def sanitize(graph, **options):
    return run("sanitize", graph, **options)


def show(path, height=800):
    """The page of a report in a notebook, apart from the notebook's own styles."""
    from html import escape
    with open(path, encoding="utf8") as file:
        frame = f'<iframe srcdoc="{escape(file.read())}" width="100%" height="{height}" style="border:0"></iframe>'
    try:
        from IPython.display import HTML
    except ImportError:
        return frame
    return HTML(frame)
