"""Prints src/engines/vllm/flag-table.ts from the parser of the installed vLLM:

    python tools/vllm/flag_table.py > src/engines/vllm/flag-table.ts && npx biome format --write src/engines/vllm
"""
from importlib.metadata import version

from vllm.entrypoints.cli.serve import ServeSubcommand
from vllm.utils.argparse_utils import FlexibleArgumentParser

kinds = {
    "int": "int",
    "float": "number",
    "human_readable_int": "amount",
    "human_readable_int_or_auto": "length",
    "loads": "json",
    "parse_dataclass": "json",
    "union_dict_and_str": "text",
}


def innermost(convert):
    """The function that really converts: vLLM wraps those of optional values."""
    name = getattr(convert, "__name__", str(convert))
    inner = [c.cell_contents for c in convert.__closure__ or ()] if name in ("_optional_type", "_parse_type") else []
    return next((innermost(c) for c in inner if callable(c)), name) if inner else name


def kind(action):
    name = type(action).__name__
    if name == "BooleanOptionalAction":
        return "'switch'"
    if action.nargs == 0:
        return "'bare'"
    if action.choices:
        return "[" + ", ".join(f"'{c}'" for c in action.choices) + "]"
    single = kinds.get(innermost(action.type), "text") if action.type else "text"
    if action.nargs == "+":
        return "'ints'" if single == "int" else "'words'"
    if action.nargs == "?":
        return "'maybe'"
    return f"'{single}'"


parser = ServeSubcommand().subparser_init(FlexibleArgumentParser().add_subparsers())
rows, others = {}, {}
for action in parser._actions:
    names = [o for o in action.option_strings if not o.startswith("--no-")]
    if not names or "--help" in names:
        continue
    first, *rest = names
    rows[first] = kind(action)
    for other in rest:
        others[other] = first

print(f"""import type {{ FlagKind }} from './flag-kind.ts';

/** The version whose parser this table is made from, by tools/vllm/flag_table.py. */
export const tableVersion = '{version("vllm").split("+")[0]}';

/** What `vllm serve` takes after the model. */
export const flagTable: Readonly<Record<string, FlagKind>> = {{""")
for name, value in sorted(rows.items()):
    print(f"  '{name}': {value},")
print("""};

/** Short and other names. */
export const otherNames: Readonly<Record<string, string>> = {""")
for name, value in sorted(others.items()):
    print(f"  '{name}': '{value}',")
print("};")
