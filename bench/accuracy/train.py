"""Trains the lab's networks on scikit-learn's digits and writes them, quantized after training, for the runner.

    train.py FOLDER

For each network FOLDER/NAME/ gets network.json (operations and scales), parameters.f32, and the images as u8:
calibration.u8 (of the training set) and held_out.u8, with labels.npy and f32_logits.npy of the held-out ones.
Seeded: the same machine and versions give the same files.
"""

import json
import pathlib
import sys

import numpy
import torch
from sklearn.datasets import load_digits

from networks import NETWORKS, Network

SIDE, HELD_OUT, CALIBRATION, EPOCHS, BATCH = 32, 597, 128, 14, 32


def digits():
    """Images as bytes, upsampled from 8 to 32 pixels, and labels; shuffled."""
    data = load_digits()
    images = torch.tensor(data.images, dtype=torch.float32)[:, None] / 16
    images = torch.nn.functional.interpolate(images, size=(SIDE, SIDE), mode="bicubic").clamp(0, 1)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(1))
    return torch.round(images[order] * 255).to(torch.uint8), torch.tensor(data.target)[order]


def distorted(batch):
    """Shifted by up to three pixels and noisy, so that there is something to learn for the deeper layers."""
    shift = torch.randint(-3, 4, (2,))
    moved = torch.roll(batch, tuple(shift.tolist()), dims=(2, 3))
    return (moved + 0.1 * torch.randn_like(moved)).clamp(0, 1)


def train(network, images, labels):
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    steps = EPOCHS * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2e-3, total_steps=steps)
    network.train()
    for epoch in range(EPOCHS):
        order = torch.randperm(len(images))
        for n in range(len(images) // BATCH):
            chosen = order[n * BATCH:(n + 1) * BATCH]
            loss = torch.nn.functional.cross_entropy(network(distorted(images[chosen] / 255)), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"  epoch {epoch + 1}: loss {loss.item():.4f}", flush=True)
    network.eval()


def scales_of(network, images):
    """What one step of each tensor's u8 form is: so that 99.99% of the calibration images' values fit."""
    with torch.no_grad():
        tensors = network.tensors(images / 255)
    return {name: max(float(numpy.quantile(value.numpy(), 0.9999)), 1e-6) / 255 if name != "image" else 1 / 255
            for name, value in tensors.items()}


def export(folder, network, scales):
    parameters, operations, shape = [], [], {"image": (1, SIDE)}

    def put(array):
        offset = sum(a.size for a in parameters)
        parameters.append(numpy.ascontiguousarray(array, dtype=numpy.float32))
        return offset

    for layer in network.layers:
        channels, side = shape[layer["in"]]
        operation = {key: layer[key] for key in ("op", "in", "out")}
        operation |= {"ic": channels, "side": side, "in_scale": scales[layer["in"]]}
        if layer["op"] == "pool":
            scales[layer["out"]] = scales[layer["in"]]
            shape[layer["out"]] = (channels, side // 2)
        else:
            weights, bias = network.folded(layer["out"])
            per_oc = numpy.abs(weights).max(axis=(1, 2, 3)) / 127
            operation |= {"oc": layer["oc"], "out_scale": scales[layer["out"]], "weights": put(weights),
                          "bias": put(bias), "weights_scales": put(per_oc), "residual": layer["residual"] or "",
                          "residual_scale": scales[layer["residual"]] if layer["residual"] else 0}
            shape[layer["out"]] = (layer["oc"], side)
        operations.append(operation)
    last = network.layers[-1]["out"]
    (folder / "network.json").write_text(json.dumps({
        "image_side": SIDE, "operations": operations, "last": last, "last_scale": scales[last],
        "last_channels": shape[last][0], "last_side": shape[last][1]}, indent=1))
    numpy.concatenate([a.ravel() for a in parameters]).tofile(folder / "parameters.f32")
    numpy.savez(folder / "classifier.npz", weights=network.classifier.weight.detach().numpy(),
                bias=network.classifier.bias.detach().numpy())


def main(folder):
    torch.set_num_threads(2)
    images, labels = digits()
    training, held_out = slice(0, len(images) - HELD_OUT), slice(len(images) - HELD_OUT, None)
    for name, layers in NETWORKS.items():
        print(name, flush=True)
        torch.manual_seed(1)
        target = pathlib.Path(folder) / name
        target.mkdir(parents=True, exist_ok=True)
        network = Network(layers())
        train(network, images[training].float(), labels[training])
        calibration = images[training][:CALIBRATION]
        export(target, network, scales_of(network, calibration.float()))
        calibration.numpy().tofile(target / "calibration.u8")
        images[held_out].numpy().tofile(target / "held_out.u8")
        numpy.save(target / "labels.npy", labels[held_out].numpy())
        with torch.no_grad():
            logits = network(images[held_out].float() / 255)
        numpy.save(target / "f32_logits.npy", logits.numpy())
        print(f"  f32 top-1 {100 * (logits.argmax(1) == labels[held_out]).float().mean():.2f}%", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
