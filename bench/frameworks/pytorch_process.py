"""One network of PyTorch's in one process, measured. pytorch_process.py NETWORK THREADS SECONDS"""

import sys

import measured
import pytorch_networks as networks
import torch


def main(name, threads, seconds):
    torch.set_num_threads(int(threads))
    network = networks.quantized(name)
    with torch.inference_mode():
        measured.measure(lambda batch: network(batch).numpy(), networks.pictures(name, measured.PICTURES, 3), seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
