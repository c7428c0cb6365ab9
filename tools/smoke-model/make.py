"""Makes the test model: `python make.py --out FOLDER`. docs/smoke-model.md says how long it takes.

FOLDER/localai-smoke.gguf is what the repository holds; FOLDER/huggingface is the same model for vLLM.
"""

import argparse
import os
from pathlib import Path

# A thread that waits for another must not burn its core: beside other work training took seven times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

from export import NAME, write_gguf, write_huggingface
from prepare import SEED, prepare, texts_sha256
from train import train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    corpus, _, tokenizer = prepare()
    model = train(corpus, tokenizer, options.steps, SEED)
    write_huggingface(model, tokenizer, options.out / "huggingface")
    file = options.out / f"{NAME}.gguf"
    write_gguf(model, tokenizer, texts_sha256(), file)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
