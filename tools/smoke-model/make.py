"""Makes the test model: `python make.py --out FOLDER` (about 25 minutes on two cores).

FOLDER/localai-smoke.gguf is what the repository holds; FOLDER/huggingface is the same model for vLLM.
"""

import argparse
import random
from pathlib import Path

import torch

from corpus import Corpus
from export import NAME, write_gguf, write_huggingface
from tokenizer import train_tokenizer
from train import train

SEED = 20261125
TOKENIZER_SAMPLES = 6000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    corpus = Corpus()
    rng = random.Random(SEED)
    samples = ["".join(text for text, _ in corpus.sample(rng)) for _ in range(TOKENIZER_SAMPLES)]
    tokenizer = train_tokenizer(corpus.texts() + samples)
    model = train(corpus, tokenizer, options.steps, SEED)
    write_huggingface(model, tokenizer, options.out / "huggingface")
    write_gguf(model, tokenizer, options.out / f"{NAME}.gguf")
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, {(options.out / f'{NAME}.gguf').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
