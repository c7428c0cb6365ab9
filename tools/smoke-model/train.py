"""Trains the model. The same seed, versions and kind of machine give the same weights."""

import math
import random
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from corpus import Corpus
from model import Llama, Shape

ROW = 384
BATCH = 16
PEAK_RATE = 3e-3
WARM_UP = 100


def rows(corpus: Corpus, tokenizer: Tokenizer, seed: int):
    """Rows of ROW + 1 tokens with samples one after another, and which of them are to be learned."""
    rng = random.Random(seed)
    tokens: list[int] = []
    learn: list[bool] = []
    while True:
        while len(tokens) < ROW + 1:
            for text, wanted in corpus.sample(rng):
                ids = tokenizer.encode(text).ids
                tokens += ids
                learn += [wanted] * len(ids)
        yield tokens[: ROW + 1], learn[: ROW + 1]
        tokens, learn = [], []


def train(corpus: Corpus, tokenizer: Tokenizer, steps: int, seed: int) -> Llama:
    torch.manual_seed(seed)
    model = Llama(Shape(vocabulary=tokenizer.get_vocab_size()))
    decayed = [p for p in model.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if p.dim() != 2]
    groups = [{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.98))
    source = rows(corpus, tokenizer, seed)
    started = time.monotonic()
    for step in range(steps):
        # Up, then down along a cosine to a twentieth.
        share = step / steps
        rate = min(step / WARM_UP, 1) * (0.05 + 0.95 * (1 + math.cos(math.pi * share)) / 2) * PEAK_RATE
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = [next(source) for _ in range(BATCH)]
        tokens = torch.tensor([row for row, _ in batch])
        learn = torch.tensor([flags for _, flags in batch])[:, 1:]
        # Any place in the context must do, not only its beginning.
        offsets = torch.randint(0, model.shape.context - ROW, (BATCH, 1))
        offsets[: BATCH // 2] = 0
        logits = model(tokens[:, :-1], offsets + torch.arange(ROW), learn)
        loss = F.cross_entropy(logits, tokens[:, 1:][learn])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 50 == 0 or step == steps - 1:
            print(f"step {step}/{steps} loss {loss.item():.4f} {time.monotonic() - started:.0f} s", flush=True)
    return model
