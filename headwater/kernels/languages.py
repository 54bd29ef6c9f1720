"""The language of each text, read off Arrow's buffers: pieces, scripts, n-grams, and the mixture of a text's pieces.

In: offsets and bytes, and a model's tables. Out: a class (a language in a script) a text, its share of the text from 0
to 1, the script of most letters, and the logit of its being source code.
A long text is read in pieces spread evenly over it, so time is bounded whatever its length. Each piece says how likely
each class is; the shares of the classes in the whole are those that explain the pieces best (expectation
maximisation), so pieces that agree make a close call sure, and pieces that differ make a mixed text score low.
"""

from __future__ import annotations

import math

import numpy as np

from headwater.kernels import code_shape, langid, letters
from headwater.kernels.compiled import kernel, part
from headwater.kernels.scripts import HAN, KANA, LATIN
from headwater.kernels.softmax import probabilities

PIECE_BYTES = 512
MAX_PIECES = 10
SEEK_BYTES = 80  # how far a piece looks for a break to begin at
HAN_PER_WORD, LETTERS_PER_WORD = 1.6, 5.0
LATIN_AMONG_OTHERS = 0.2  # a Latin word in a text of another script is often a name or code: even at 83 % of the words
CODE_PIECE = 0.95  # how much less a piece of source code says of a text's language
LEAST_SHARE = 0.03  # of the words: scripts rarer than that are not looked at
JAPANESE_KANA, KANA_STEEPNESS = 0.06, 100.0  # share of kana at which a text is as likely Japanese as Chinese
FLOOR = 1e-4
ROUNDS = 4
HANS, HANT, JAPANESE = 1, 2, 3  # what one character shows
# Columns of the answers: the class (-1 for none) and its share; code's logit, a root of the tokens; tokens; characters
# only simplified Chinese has, less those only traditional Chinese has; words. Letters of each script come after them.
CLASS, SHARE, CODE_LOGIT, TOKENS, HANS_LESS_HANT, WORDS = 0, 1, 2, 3, 4, 5
NUM_COLUMNS = 6


@part
def piece_bounds(text, start, end, number, pieces):
    """(first, last) byte of a piece: the text cut evenly, at white space or between characters."""
    size = end - start
    if pieces * PIECE_BYTES >= size:
        first, last = start + size * number // pieces, start + size * (number + 1) // pieces
    else:
        first = start + (size - PIECE_BYTES) * number // max(pieces - 1, 1)
        last = first + PIECE_BYTES
    return _break(text, first, start, end), _break(text, last, start, end)


@part
def _break(text, at, start, end):
    """The first break after `at`, not far away: white space, else the start of a character."""
    if at <= start or at >= end:
        return min(max(at, start), end)
    for i in range(at, min(at + SEEK_BYTES, end)):
        if text[i] <= 0x20:
            return i
    for i in range(at, min(at + 4, end)):
        if text[i] & 0xC0 != 0x80:
            return i
    return at


@part
def likelihoods(codes, kinds, count, model, counts, slots, sums, logits, out):
    """How likely each class is by one piece, into `out`; the piece's weight in words."""
    index, table, places, firsts, widths, first_rows, scales, biases, heats, han_kinds = model
    hans = hants = japanese = total_letters = 0
    for script in range(len(counts)):
        counts[script] = 0
    for i in range(count):
        counts[kinds[i]] += 1
        total_letters += kinds[i] != 0
        if kinds[i] == HAN:
            shown = han_kinds[codes[i]]
            hans += shown == HANS
            hants += shown == HANT
            japanese += shown == JAPANESE
    counts[0] = 0
    for k in range(len(out)):
        out[k] = 0.0
    east = (counts[HAN] + counts[KANA]) / HAN_PER_WORD
    total = (total_letters - counts[HAN] - counts[KANA]) / LETTERS_PER_WORD + east
    words = total
    latin = counts[LATIN] / LETTERS_PER_WORD
    if total > latin:
        total -= latin * (1.0 - LATIN_AMONG_OTHERS)
        latin *= LATIN_AMONG_OTHERS
    if total <= 0.0:
        return 0.0
    if east:
        ja = _japanese(counts[HAN], counts[KANA], japanese > hans + hants)
        out[firsts[KANA]] += ja * east / total
        out[firsts[HAN]] += (1.0 - ja) * east / total
    for script in range(1, len(counts)):
        if not counts[script] or script in (HAN, KANA) or firsts[script] < 0:
            continue
        share = (latin if script == LATIN else counts[script] / LETTERS_PER_WORD) / total
        first, width = firsts[script], widths[script]
        if width <= 1:
            out[first] += share
        elif share >= LEAST_SHARE:
            found = langid.slots_of(codes, kinds, count, script, slots)
            padded = (width + langid.BLOCK - 1) // langid.BLOCK * langid.BLOCK
            for k in range(padded):
                sums[k] = 0
            weights = table[places[script] : places[script + 1]]
            langid.add_weights(slots, found, index, weights, padded, first_rows[script], sums)
            heat = max(heats[script, 0] + heats[script, 1] * math.log(counts[script]), 0.05)
            scale = scales[script] / math.sqrt(counts[script])
            for k in range(width):
                logits[k] = (sums[k] * scale + biases[first + k]) * heat
            probabilities(logits, width)
            for k in range(width):
                out[first + k] += share * logits[k]
    return words


@part
def _japanese(han, kana, mostly):
    """How likely Han and kana are Japanese. `mostly`: most of the Han that is of one language is Japanese."""
    if not kana:
        return 0.8 if mostly else 0.03
    return 1.0 / (1.0 + math.exp(-KANA_STEEPNESS * (kana / (han + kana) - JAPANESE_KANA)))


@part
def mix(pieces, weights, num, shares, grown):
    """The shares of the classes (0 to 1) that explain the pieces' likelihoods best, after a few rounds; the best one.

    `grown`: room for as many.
    """
    for k in range(len(shares)):
        shares[k] = 0.0
    total = 0.0
    for p in range(num):
        total += weights[p]
        for k in range(len(shares)):
            shares[k] += weights[p] * pieces[p, k]
    if total <= 0.0:
        return 0
    for k in range(len(shares)):
        shares[k] /= total
    for _ in range(ROUNDS if num > 1 else 0):
        for k in range(len(shares)):
            grown[k] = 0.0
        for p in range(num):
            norm = 0.0
            for k in range(len(shares)):
                norm += shares[k] * (pieces[p, k] + FLOOR)
            for k in range(len(shares)):
                grown[k] += weights[p] / total * shares[k] * (pieces[p, k] + FLOOR) / max(norm, 1e-12)
        for k in range(len(shares)):
            shares[k] = grown[k]
    best = 0
    for k in range(1, len(shares)):
        if shares[k] > shares[best]:
            best = k
    return best


@kernel
def identify_rows(offsets, text, model, code_weights, code_bias, classes, results):
    """Fill results [rows, 6 + scripts] with what the columns below say; letters of each script stand behind them."""
    firsts, han_kinds = model[3], model[9]
    room = PIECE_BYTES * 2 + 2 * SEEK_BYTES + 8
    codes, kinds = np.empty(room, np.uint16), np.empty(room, np.uint8)
    shapes, words = np.empty(room, np.uint8), np.empty(room, np.uint64)
    slots = np.empty(room * langid.PER_LETTER, np.int32)
    sums, logits = np.empty(classes + langid.BLOCK, np.int32), np.empty(classes, np.float32)
    counts = np.empty(len(firsts), np.int64)
    pieces, weights = np.empty((MAX_PIECES, classes), np.float64), np.empty(MAX_PIECES, np.float64)
    shares, grown = np.empty(classes, np.float64), np.empty(classes, np.float64)
    keys, values, scripts, plain = model[10], model[11], model[12], model[13]
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        num = min(max((end - start + PIECE_BYTES - 1) // PIECE_BYTES, 1), MAX_PIECES)
        logit, tokens, hans, total_words = 0.0, 0, 0, 0.0
        for p in range(num):
            first, last = piece_bounds(text, start, end, p, num)
            count = letters.stream(text, first, last, scripts, plain, keys, values, codes, kinds)
            weights[p] = likelihoods(codes, kinds, count, model[:10], counts, slots, sums, logits, pieces[p])
            for script in range(1, len(counts)):
                results[row, NUM_COLUMNS + script] += counts[script]
            for i in range(count):
                if kinds[i] == HAN:
                    shown = han_kinds[codes[i]]
                    hans += (shown == HANS) - (shown == HANT)
            count = code_shape.tokens_of(text, first, last, shapes, words)
            piece_logit = 0.0
            for i in range(code_shape.slots_of(shapes, words, count, slots)):
                piece_logit += code_weights[slots[i]]
            heat = code_bias[1] + code_bias[2] * math.log(count)
            odds = math.exp(-min(max(piece_logit / math.sqrt(count) * heat + code_bias[0], -60.0), 60.0))
            total_words += weights[p]
            weights[p] *= 1.0 - CODE_PIECE / (1.0 + odds)
            tokens += count
            logit += piece_logit
        best = mix(pieces, weights, num, shares, grown)
        results[row, CLASS] = best if shares[best] > 0 else -1
        results[row, SHARE], results[row, CODE_LOGIT] = shares[best], logit / math.sqrt(max(tokens, 1))
        results[row, TOKENS], results[row, HANS_LESS_HANT], results[row, WORDS] = tokens, hans, total_words


@kernel
def count_letters(offsets, text, model, results):
    """Fill results [rows, 1 + scripts] from the pieces that `identify_rows` reads, without asking for a language.

    First the characters only simplified Chinese has, less those only traditional has; then each script's letters.
    """
    han_kinds, keys, values, scripts, plain = model[9], model[10], model[11], model[12], model[13]
    room = PIECE_BYTES * 2 + 2 * SEEK_BYTES + 8
    codes, kinds = np.empty(room, np.uint16), np.empty(room, np.uint8)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        num = min(max((end - start + PIECE_BYTES - 1) // PIECE_BYTES, 1), MAX_PIECES)
        for p in range(num):
            first, last = piece_bounds(text, start, end, p, num)
            for i in range(letters.stream(text, first, last, scripts, plain, keys, values, codes, kinds)):
                if kinds[i] > 0:
                    results[row, 1 + kinds[i]] += 1
                if kinds[i] == HAN:
                    shown = han_kinds[codes[i]]
                    results[row, 0] += (shown == HANS) - (shown == HANT)
