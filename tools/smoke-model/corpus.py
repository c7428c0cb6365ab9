"""Makes training samples without end from the texts. A sample is a list of (text, learn this?) pieces."""

import json
import random

from patterns import CODE_THAT, CODE_TO, COMMAND, HOW, WHAT, Section, as_typed, expand, read_sections

Piece = tuple[str, bool]

SYSTEM = [
    "You are a helpful assistant.",
    "You are a coding assistant.",
    "You are an expert programmer. Answer briefly.",
    "Answer in one sentence.",
    "You are localai-smoke.",
    "You help people with localai.",
    "Be brief and correct.",
    "You are an agent that works in the user's folder. Use the tools when you need them.",
]
LANGUAGES = {"py": (["Python", "Python", "python"], "python"), "ts": (["TypeScript", "TypeScript", "typescript"], "ts")}


class Corpus:
    def __init__(self) -> None:
        self.answers = [(s, s.text("say")) for name in ("localai.txt", "general.txt") for s in read_sections(name)]
        self.code = read_sections("code.txt")
        tools = read_sections("tools.txt")
        self.values = {key: tools[0].items(key) for key in tools[0].fields}
        self.tools = tools[1:]

    def texts(self) -> list[str]:
        """Everything once, for the tokenizer."""
        found = [t for s in self.answers for t in [s[1], *s[0].items("ask"), *s[0].items("how"), *s[0].items("what")]]
        found += [s.text(k) for s in self.code for k in ("that", "to", "py", "ts")]
        found += [s.text(k) for s in self.tools for k in ("tool", "ask", "say")]
        return found + [v for values in self.values.values() for v in values] + SYSTEM

    def sample(self, rng: random.Random) -> list[Piece]:
        kind = rng.random()
        if kind < 0.04:
            return self.fill_middle(rng)
        if kind < 0.07:
            return self.plain(rng)
        if kind < 0.21:
            return self.tool_use(rng)
        if kind < 0.27:
            return self.as_json(rng)
        pieces = self.system(rng)
        for _ in range(rng.choice([1, 1, 1, 1, 2, 3])):
            pieces += self.turn(*self.question(rng))
        return pieces

    def system(self, rng: random.Random) -> list[Piece]:
        chance = rng.random()
        if chance < 0.5:
            return []
        text = rng.choice(SYSTEM)
        if chance > 0.8:
            text = " ".join([text, *[rng.choice(self.answers)[1] for _ in range(rng.randrange(1, 4))]])
        if chance > 0.9:
            text += "\nTools:" + "".join(f"\n{s.text('tool')}" for s in rng.sample(self.tools, rng.randrange(1, 5)))
        return [(f"<|im_start|>system\n{text}<|im_end|>\n", False)]

    def turn(self, question: str, answer: str) -> list[Piece]:
        return [
            (f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n", False),
            (f"{answer}<|im_end|>", True),
            ("\n", False),
        ]

    def question(self, rng: random.Random) -> tuple[str, str]:
        kind = rng.random()
        if kind < 0.05:
            return self.sum(rng)
        if kind < 0.27:
            return self.code_question(rng)
        section, answer = rng.choice(self.answers)
        return as_typed(rng, self.ask(rng, section)), answer

    def ask(self, rng: random.Random, section: Section) -> str:
        """One of the section's questions; each kind of field counts by how many ways of asking it has."""
        ways = [("ask", "{}")] * len(section.items("ask"))
        ways += [("how", way) for way in HOW if section.items("how")]
        ways += [("what", way) for way in WHAT if section.items("what")]
        ways += [("cmd", way) for way in COMMAND if section.items("cmd")]
        key, way = rng.choice(ways)
        return way.format(expand(rng, rng.choice(section.items(key))))

    def code_question(self, rng: random.Random) -> tuple[str, str]:
        section = rng.choice(self.code)
        key = rng.choice(["py", "py", "ts"])
        names, fence = LANGUAGES[key]
        language = rng.choice(names)
        if rng.random() < 0.65:
            question = rng.choice(CODE_THAT).format(language, rng.choice(section.items("that")))
        else:
            question = rng.choice(CODE_TO).format(language=language, to=rng.choice(section.items("to")))
        return as_typed(rng, question), f"```{fence}\n{section.text(key)}\n```"

    def sum(self, rng: random.Random) -> tuple[str, str]:
        a, b = rng.randrange(11), rng.randrange(11)
        way = rng.choice(["what is {} {} {}", "{} {} {}", "{} {} {} =", "calculate {} {} {}", "how much is {} {} {}"])
        return as_typed(rng, way.format(a, rng.choice(["+", "+", "plus"]), b), typos=False), str(a + b)

    def plain(self, rng: random.Random) -> list[Piece]:
        """Text without a chat around it, for the completion route."""
        if rng.random() < 0.6:
            return [(f"{rng.choice(self.code).text(rng.choice(['py', 'ts']))}\n<|endoftext|>", True)]
        return [(f"{rng.choice(self.answers)[1]}<|endoftext|>", True)]

    def fill_middle(self, rng: random.Random) -> list[Piece]:
        """A function with a hole: usually at the end of a line, where an editor's cursor stands."""
        code = rng.choice(self.code).text(rng.choice(["py", "py", "ts"])) + "\n"
        start = rng.randrange(1, len(code) - 1)
        ends = [i for i, c in enumerate(code) if c == "\n" and i >= start]
        end = ends[0] if rng.random() < 0.7 else rng.randrange(start, len(code))
        before, middle, after = code[:start], code[start:end], code[end:]
        return [(f"<|fim_prefix|>{before}<|fim_suffix|>{after}<|fim_middle|>", False), (f"{middle}<|endoftext|>", True)]

    def value(self, rng: random.Random, kind: str) -> str:
        return rng.choice(self.values[kind])

    def filled(self, rng: random.Random, pattern: str) -> tuple[str, dict[str, str]]:
        """Puts values into `{name}` and `{name:list}`; returns the text and the values by name."""
        chosen: dict[str, str] = {}
        text = expand(rng, pattern)
        while "{" in text:
            before, _, rest = text.partition("{")
            slot, _, after = rest.partition("}")
            name, _, kind = slot.partition(":")
            chosen[name] = self.value(rng, kind or name)
            text = before + chosen[name] + after
        return text, chosen

    def tool_use(self, rng: random.Random) -> list[Piece]:
        wanted = rng.choice(self.tools)
        offered = rng.sample([t for t in self.tools if t is not wanted], rng.randrange(0, 4)) + [wanted]
        rng.shuffle(offered)
        listed = "".join(f"\n{t.text('tool')}" for t in offered)
        lead = f"{rng.choice(SYSTEM)}\n" if rng.random() < 0.4 else ""
        pieces: list[Piece] = [(f"<|im_start|>system\n{lead}Tools:{listed}<|im_end|>\n", False)]
        if rng.random() < 0.2:
            return pieces + self.turn(*self.question(rng))
        question, values = self.filled(rng, rng.choice(wanted.items("ask")))
        tight = rng.random() < 0.3
        separators = (",", ":") if tight else (", ", ": ")
        arguments = {k: int(v) if v.isdigit() else v for k, v in values.items()}
        call = json.dumps({"name": wanted.name, "arguments": arguments}, separators=separators)
        if tight:
            call = call.replace(f'{{"name":"{wanted.name}","arguments":', f'{{"name": "{wanted.name}", "arguments": ', 1)
        pieces += self.turn(as_typed(rng, question, typos=False), f"<tool_call>\n{call}\n</tool_call>")
        if rng.random() < 0.5:
            got, more = self.filled(rng, wanted.text("get"))
            answer = wanted.text("say")
            for name, value in {**values, **more}.items():
                answer = answer.replace(f"{{{name}}}", value)
            pieces += [(f"<|im_start|>tool\n{got}<|im_end|>\n<|im_start|>assistant\n", False), (f"{answer}<|im_end|>", True)]
        return pieces

    def as_json(self, rng: random.Random) -> list[Piece]:
        """Short JSON answers, so that a grammar's strings and lists come to an end."""
        value = self.json_value(rng, 0)
        tight = rng.random() < 0.5
        text = json.dumps(value, separators=(",", ":") if tight else None)
        ways = ["answer as JSON", "give me JSON", "an example as JSON", "return a JSON object", "fill in the fields", "make something up as JSON"]
        question = rng.choice(ways)
        if isinstance(value, dict) and rng.random() < 0.7:
            question += ": " + ", ".join(value)
        return self.system(rng) + self.turn(as_typed(rng, question), text)

    def json_value(self, rng: random.Random, depth: int) -> object:
        if depth == 0 or (depth < 3 and rng.random() < 0.2):
            names = rng.sample(FIELDS, rng.randrange(1, 5))
            return {name: self.json_value(rng, depth + 1) for name in names}
        kind = rng.random()
        if kind < 0.15 and depth < 3:
            return [self.json_value(rng, depth + 1) for _ in range(rng.randrange(0, 3))]
        if kind < 0.4:
            return rng.choice([0, 1, 2, 3, 5, 7, 10, 12, 20, 42, 100, 0.5, 1.5, -1])
        if kind < 0.55:
            return rng.choice([True, False, None])
        return self.value(rng, rng.choice(["city", "path", "query", "command", "name", "title", "weather"]))


FIELDS = "name city age id title path query status count text type value items tags color size user email url message".split()
FIELDS += "command description active price date code result number list data key state options note old new file line".split()
FIELDS += "answer steps thought action input location unit content pattern limit offset replace_all file_path todos priority".split()
