"""Reads the text files and turns their short patterns into the many ways in which people ask."""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"


@dataclass
class Section:
    """One `[name]` of a text file: its fields, and the lines of those that may be long."""

    name: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def items(self, key: str) -> list[str]:
        """The alternatives of a field, which are separated by `;` outside of brackets."""
        found = []
        for line in self.fields.get(key, []):
            found += [item.strip() for item in re.split(r";(?![^\[]*\])", line) if item.strip()]
        return found

    def text(self, key: str) -> str:
        return "\n".join(self.fields.get(key, []))


def read_sections(name: str) -> list[Section]:
    sections: list[Section] = []
    for line in (TEXTS / name).read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        header = re.fullmatch(r"\[([\w-]+)\]", line)
        if header:
            sections.append(Section(header[1]))
            continue
        key, _, value = line.partition(":")
        sections[-1].fields.setdefault(key, []).append(value[1:] if value.startswith(" ") else value)
    return sections


def expand(rng: random.Random, pattern: str) -> str:
    """Chooses one alternative of each `[a|b|]`, innermost first, and tidies the blanks that an empty one leaves."""
    text = pattern
    while True:
        chosen = re.sub(r"\[([^\[\]]*)\]", lambda m: rng.choice(m[1].split("|")), text, count=1)
        if chosen == text:
            return re.sub(r"  +", " ", text).strip()
        text = chosen


HOW = (
    ["how do I {}"] * 4
    + ["how can I {}"] * 3
    + ["how to {}", "how do you {}", "how does one {}", "what is the command to {}", "which command do I use to {}"]
    + ["I want to {}", "can you tell me how to {}", "what do I type to {}", "show me how to {}", "how would I {}"]
    + ["is there a way to {}", "can I {}", "what is the way to {}"]
)
WHAT = (
    ["what is {}"] * 5
    + ["what's {}", "explain {}", "tell me about {}", "define {}", "what does {} mean", "describe {}", "{}"]
    + ["can you explain {}", "do you know {}", "explain to me what {} is", "in one sentence, what is {}", "what exactly is {}"]
)
COMMAND = (
    ["what does localai {} do"] * 3
    + ["what does `localai {}` do", "what is localai {}", "explain localai {}", "localai {}", "what does the {} command do"]
    + ["tell me about the {} command", "what is the {} command", "what is `localai {}` for", "when do I use localai {}"]
    + ["npx localai {}", "what happens when I run localai {}", "explain the command localai {}", "how does localai {} work"]
)
CODE_THAT = (
    ["write a {} function that {}"] * 4
    + ["write {} code that {}", "give me a {} function that {}", "write me a {} function which {}", "a {} function that {}"]
    + ["show me a {} function that {}", "create a {} function that {}", "I need a {} function that {}", "make a {} function that {}"]
    + ["can you write a {} function that {}", "implement a {} function that {}", "write a short {} function that {}", "{} function that {}"]
)
CODE_TO = ["how do I {to} in {language}", "{language} function to {to}", "write {language} code to {to}", "{to} in {language}"] + [
    "how can I {to} in {language}",
    "write a {language} function to {to}",
    "show me how to {to} in {language}",
]
POLITE = ["please ", "hey, ", "hi, ", "hello, ", "ok, ", "so, ", "now ", "quick question: ", "localai: ", "can you help me: "]


def with_typo(rng: random.Random, text: str) -> str:
    """Drops, doubles or swaps one letter, as fingers do."""
    if len(text) < 8:
        return text
    at = rng.randrange(1, len(text) - 2)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def as_typed(rng: random.Random, question: str, typos: bool = True) -> str:
    """The same question with the capitals, marks and slips of a person."""
    text = question
    if rng.random() < 0.12:
        text = rng.choice(POLITE) + text
    if rng.random() < 0.6:
        text = text[:1].upper() + text[1:]
    elif rng.random() < 0.15:
        text = text.lower()
    if typos and rng.random() < 0.1:
        text = with_typo(rng, text)
    if text[-1:].isalnum() or text[-1:] in "`)\"":
        is_question = re.match(r"(what|how|which|where|who|is|do|does|can|why|when|are|may|will)\b", question) is not None
        text += rng.choice(["?", "?", "?", ""] if is_question else [".", ".", "", "!"])
    return text
