"""Writes torch.safetensors: what PyTorch computes for each of our operations and for a
short training. Run once, with torch and safetensors installed; the tests read the file.

    python tests/vectors/make_torch.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

torch.manual_seed(20261124)
torch.set_default_dtype(torch.float64)
out = {}


def record(name, op, *shapes):
    """Inputs x0, x1, ..., output y, its gradient dy, and the inputs' gradients."""
    inputs = [torch.randn(shape, requires_grad=True) for shape in shapes]
    y = op(*inputs)
    dy = torch.randn_like(y)
    y.backward(dy)
    out[f"{name}/y"], out[f"{name}/dy"] = y, dy
    for i, x in enumerate(inputs):
        out[f"{name}/x{i}"], out[f"{name}/dx{i}"] = x, x.grad


record("conv", F.conv2d, (2, 3, 7, 9), (5, 3, 3, 3), (5,))
record("conv-same", lambda *a: F.conv2d(*a, padding=2), (2, 2, 6, 6), (3, 2, 5, 5), (3,))
record("linear", F.linear, (5, 11), (7, 11), (7,))
record("relu", F.relu, (3, 13))
record("max-pool", lambda x: F.max_pool2d(x, 2), (2, 3, 6, 7))
record("avg-pool", lambda x: F.avg_pool2d(x, 2), (2, 3, 7, 6))
labels = torch.randint(0, 10, (6,))
out["cross-entropy/labels"] = labels
record("cross-entropy", lambda z: F.cross_entropy(z, labels), (6, 10))

# Three steps of SGD with momentum and weight decay on a small convolutional network.
net = nn.Sequential(
    nn.Conv2d(1, 2, 5), nn.MaxPool2d(2), nn.ReLU(),
    nn.Conv2d(2, 3, 5), nn.MaxPool2d(2), nn.ReLU(),
    nn.Flatten(), nn.Linear(48, 10),
)  # fmt: skip
flat = lambda: torch.cat([p.detach().flatten() for p in net.parameters()])
images = torch.randint(0, 256, (12, 784), dtype=torch.uint8)
labels = torch.randint(0, 10, (12,))
out["train/images"], out["train/labels"], out["train/before"] = images, labels, flat()
optimiser = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01)
losses = []
for start in range(0, 12, 4):
    x = images[start : start + 4].double().reshape(-1, 1, 28, 28) / 255
    loss = F.cross_entropy(net(x), labels[start : start + 4])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    losses.append(loss.item())
out["train/losses"], out["train/after"] = torch.tensor(losses), flat()

path = Path(__file__).with_name("torch.safetensors")
save_file({k: v.detach().contiguous() for k, v in out.items()}, path,
          metadata={"torch": torch.__version__})  # fmt: skip
print(path, path.stat().st_size)
