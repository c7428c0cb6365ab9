"""Writes the model as Hugging Face has it (for vLLM) and as GGUF (for llama.cpp)."""

import json
from pathlib import Path

import gguf
import numpy as np
from safetensors.torch import save_file
from tokenizers import Tokenizer

from model import Llama
from tokenizer import CONTROL, MARKERS

NAME = "localai-smoke"
TEMPLATE = (Path(__file__).parent / "chat_template.jinja").read_text().rstrip("\n")
END = "<|im_end|>"
PAD = "<|endoftext|>"


def write_huggingface(model: Llama, tokenizer: Tokenizer, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shape = model.shape
    ids = tokenizer.token_to_id
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.width,
        "intermediate_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_width,
        "max_position_embeddings": shape.context,
        "rope_theta": shape.rope_theta,
        "rms_norm_eps": shape.norm_eps,
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "eos_token_id": ids(END),
        "pad_token_id": ids(PAD),
        "torch_dtype": "float32",
    }
    tokenizer_config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END,
        "pad_token": PAD,
        "model_max_length": shape.context,
        "clean_up_tokenization_spaces": False,
        "chat_template": TEMPLATE,
    }
    generation = {"eos_token_id": [ids(END), ids(PAD)], "pad_token_id": ids(PAD)}
    for name, content in [
        ("config.json", config),
        ("tokenizer_config.json", tokenizer_config),
        ("generation_config.json", generation),
    ]:
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")
    tokenizer.save(str(folder / "tokenizer.json"))
    weights = {name: weight.detach().contiguous() for name, weight in model.named_parameters()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp rotates neighbouring pairs, Hugging Face the two halves of a head (convert_hf_to_gguf.py, permute)."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def gguf_name(name: str) -> str:
    plain = name.removeprefix("model.").removesuffix(".weight")
    if plain == "embed_tokens":
        return "token_embd.weight"
    if plain == "norm":
        return "output_norm.weight"
    _, block, rest = plain.split(".", 2)
    return f"blk.{block}.{NAMES[rest]}.weight"


def write_gguf(model: Llama, tokenizer: Tokenizer, texts: str, file: Path) -> None:
    """`texts`: sha256 of what it was trained on, so that a test sees when they were changed and it was not made again."""
    shape = model.shape
    out = gguf.GGUFWriter(file, "llama")
    out.add_name(NAME)
    out.add_description("A test model of localai; good for checking that everything is connected, and for nothing else")
    out.add_license("apache-2.0")
    out.add_string("localai.texts_sha256", texts)
    out.add_context_length(shape.context)
    out.add_embedding_length(shape.width)
    out.add_block_count(shape.layers)
    out.add_feed_forward_length(shape.hidden)
    out.add_head_count(shape.heads)
    out.add_head_count_kv(shape.kv_heads)
    out.add_rope_dimension_count(shape.head_width)
    out.add_rope_freq_base(shape.rope_theta)
    out.add_layer_norm_rms_eps(shape.norm_eps)
    out.add_vocab_size(shape.vocabulary)
    out.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    add_vocabulary(out, tokenizer)
    for name, parameter in model.named_parameters():
        weight = parameter.detach().numpy().astype(np.float32)
        if weight.ndim == 1:
            out.add_tensor(gguf_name(name), weight)
            continue
        if ".q_proj." in name:
            weight = interleaved(weight, shape.heads)
        if ".k_proj." in name:
            weight = interleaved(weight, shape.kv_heads)
        kind = gguf.GGMLQuantizationType.Q8_0
        out.add_tensor(gguf_name(name), gguf.quants.quantize(weight, kind), raw_dtype=kind)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def add_vocabulary(out: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    data = json.loads(tokenizer.to_str())
    by_id = {number: text for text, number in tokenizer.get_vocab(with_added_tokens=True).items()}
    texts = [by_id[number] for number in range(len(by_id))]
    kinds = [
        gguf.TokenType.CONTROL if t in CONTROL else gguf.TokenType.USER_DEFINED if t in MARKERS else gguf.TokenType.NORMAL
        for t in texts
    ]
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list(texts)
    out.add_token_types(kinds)
    out.add_token_merges([" ".join(m) if isinstance(m, list) else m for m in data["model"]["merges"]])
    ids = tokenizer.token_to_id
    out.add_eos_token_id(ids(END))
    out.add_pad_token_id(ids(PAD))
    out.add_add_bos_token(False)
    out.add_uint32("tokenizer.ggml.eot_token_id", ids(PAD))
    out.add_uint32("tokenizer.ggml.fim_pre_token_id", ids("<|fim_prefix|>"))
    out.add_uint32("tokenizer.ggml.fim_suf_token_id", ids("<|fim_suffix|>"))
    out.add_uint32("tokenizer.ggml.fim_mid_token_id", ids("<|fim_middle|>"))
    out.add_chat_template(TEMPLATE)
