"""What there is before any training: the texts, the samples made from them and the vocabulary. Needs no torch.

`python prepare.py` prints a fingerprint of each, to see whether a model was made from what lies here.
"""

import hashlib
import json
import random

from tokenizers import Tokenizer

from corpus import Corpus
from patterns import TEXTS
from tokenizer import train_tokenizer

SEED = 20261125
TOKENIZER_SAMPLES = 6000


def texts_sha256() -> str:
    """Of all texts, by name; the model's file carries it."""
    digest = hashlib.sha256()
    for file in sorted(TEXTS.glob("*.txt")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def prepare() -> tuple[Corpus, list[str], Tokenizer]:
    """The corpus, the samples by which the vocabulary was chosen, and the vocabulary."""
    corpus = Corpus()
    rng = random.Random(SEED)
    samples = ["".join(text for text, _ in corpus.sample(rng)) for _ in range(TOKENIZER_SAMPLES)]
    return corpus, samples, train_tokenizer(corpus.texts() + samples)


def main() -> None:
    _, samples, tokenizer = prepare()
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    facts = {
        "texts_sha256": texts_sha256(),
        "samples_sha256": hashlib.sha256("\0".join(samples).encode()).hexdigest(),
        "tokens": sorted(vocabulary, key=vocabulary.get),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
