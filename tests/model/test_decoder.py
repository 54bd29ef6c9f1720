import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import HeadwaterError
from headwater.model.attention import blocked
from headwater.model.config import ModelSection, resolve
from headwater.model.decoder import Decoder, build
from headwater.model.init import initialise
from headwater.model.rope import Rope, rotate, tables


def small(**overrides: object) -> Decoder:
    section = ModelSection(preset="llama-1m", num_layers=2, **overrides)  # type: ignore[arg-type]
    return initialise(build(resolve(section, 301, 16)), 3)


def test_a_token_sees_nothing_after_it():
    decoder = small()
    tokens = torch.randint(0, 301, (2, 20))
    changed = tokens.clone()
    changed[:, 11:] = (changed[:, 11:] + 1) % 301
    before, after = decoder(tokens), decoder(changed)
    torch.testing.assert_close(before[:, :11], after[:, :11], rtol=0, atol=1e-6)
    assert not torch.allclose(before[:, 11:], after[:, 11:])


def test_given_positions_are_used():
    decoder = small()
    tokens = torch.randint(0, 301, (1, 8))
    plain = decoder(tokens)
    torch.testing.assert_close(decoder(tokens, torch.arange(8)[None]), plain)
    # Attention depends on distances alone, so a shift changes nothing; a gap does.
    torch.testing.assert_close(decoder(tokens, torch.arange(8)[None] + 100), plain, rtol=0, atol=1e-4)
    assert not torch.allclose(decoder(tokens, torch.arange(8)[None] * 7), plain, atol=1e-4)


def test_a_context_too_long_is_said():
    with pytest.raises(HeadwaterError, match="context of 16"):
        small(max_positions=16).hidden(torch.zeros(1, 17, dtype=torch.int64))


def test_rope_tables_survive_a_cast_and_meta():
    cos, sin = tables(32, 1e4, 2048)
    for rope in (Rope(32, 1e4, 2048).to(torch.bfloat16), Rope(32, 1e4, 2048).half()):
        assert rope.cos_PR.dtype == torch.float32 and torch.equal(rope.cos_PR, cos) and torch.equal(rope.sin_PR, sin)
    with torch.device("meta"):
        rope = Rope(32, 1e4, 2048)
    assert torch.equal(rope.to_empty(device="cpu").cos_PR, cos)
    decoder = small().to(torch.bfloat16)
    assert decoder.model.rope.cos_PR.dtype == torch.float32
    assert not torch.equal(*(decoder.model.rope.cos_PR[p] for p in (600, 601)))


def test_rotation_keeps_length_and_dtype():
    x = torch.randn(2, 3, 5, 32, dtype=torch.bfloat16)
    cos, sin = (table[None, :5] for table in tables(32, 1e4, 5))
    turned = rotate(x, cos, sin)
    assert turned.dtype == torch.bfloat16
    torch.testing.assert_close(turned.float().norm(dim=-1), x.float().norm(dim=-1), rtol=1e-2, atol=1e-2)


@settings(max_examples=20, deadline=None)
@given(
    time=st.integers(1, 40),
    block=st.integers(1, 16),
    kv=st.integers(1, 3),
    group=st.integers(1, 3),
    seed=st.integers(0, 99),
)
def test_blocked_attention_is_torchs(time, block, kv, group, seed):
    generator = torch.Generator().manual_seed(seed)
    q, k, v = (torch.randn(2, time, n, 8, generator=generator).transpose(1, 2) for n in (kv * group, kv, kv))
    expected = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
    torch.testing.assert_close(blocked(q, k, v, block), expected, rtol=1e-5, atol=1e-6)


def test_initial_weights_follow_from_seed_and_name():
    one, same, other = small(), small(), initialise(build(small().config), 4)
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, same.state_dict()[name])
    assert not torch.equal(one.model.embed_tokens.weight, other.model.embed_tokens.weight)
    deeper = initialise(build(resolve(ModelSection(preset="llama-1m", num_layers=4), 301, 16)), 3)
    assert torch.equal(deeper.model.layers[1].mlp.up_proj.weight, one.model.layers[1].mlp.up_proj.weight)
    assert one.model.layers[0].mlp.gate_proj.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert one.model.layers[0].mlp.down_proj.weight.std().item() == pytest.approx(0.01, rel=0.05)


def test_tied_models_hold_one_matrix():
    tied, untied = small(), small(tie_embeddings=False)
    assert "lm_head.weight" not in tied.state_dict() and "lm_head.weight" in untied.state_dict()
    assert tied.head_weight_VD is tied.model.embed_tokens.weight
