import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.train import loss as module
from headwater.train.loss import linear_cross_entropy


@settings(max_examples=25, deadline=None)
@given(
    tokens=st.integers(1, 40),
    width=st.integers(1, 9),
    vocab=st.integers(1, 50),
    rows=st.integers(1, 50),
    seed=st.integers(0, 99),
)
def test_equals_the_plain_loss(tokens, width, vocab, rows, seed):
    generator = torch.Generator().manual_seed(seed)
    hidden = torch.randn(tokens, width, generator=generator, requires_grad=True)
    weight = torch.randn(vocab, width, generator=generator, requires_grad=True)
    targets = torch.randint(0, vocab, (tokens,), generator=generator)
    before = module.CHUNK_BYTES
    module.CHUNK_BYTES = 4 * vocab * rows
    try:
        loss, nats = linear_cross_entropy(hidden, weight, targets, 0.5, torch.float32)
    finally:
        module.CHUNK_BYTES = before
    plain = F.cross_entropy(hidden @ weight.T, targets, reduction="none")
    torch.testing.assert_close(nats, plain, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(loss, 0.5 * plain.sum(), rtol=1e-5, atol=1e-5)
    ours = torch.autograd.grad(3 * loss, (hidden, weight))
    theirs = torch.autograd.grad(3 * 0.5 * plain.sum(), (hidden, weight))
    for mine, peer in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, peer, rtol=1e-4, atol=1e-4)


def test_bf16_products_keep_fp32_losses():
    torch.manual_seed(0)
    hidden, weight = torch.randn(64, 32), torch.randn(500, 32) * 0.1
    targets = torch.randint(0, 500, (64,))
    _, exact = linear_cross_entropy(hidden, weight, targets, 1.0, torch.float32)
    _, rounded = linear_cross_entropy(hidden, weight, targets, 1.0, torch.bfloat16)
    assert rounded.dtype == torch.float32
    assert rounded.mean().item() == pytest.approx(exact.mean().item(), abs=2e-3)


def test_tied_weights_receive_both_gradients():
    table = torch.randn(20, 6, requires_grad=True)
    tokens, targets = torch.randint(0, 20, (9,)), torch.randint(0, 20, (9,))
    linear_cross_entropy(F.embedding(tokens, table), table, targets, 1.0, torch.float32)[0].backward()
    other = table.detach().clone().requires_grad_()
    F.cross_entropy(F.embedding(tokens, other) @ other.T, targets, reduction="sum").backward()
    torch.testing.assert_close(table.grad, other.grad, rtol=1e-4, atol=1e-4)
