"""fastText's way from a text to the rows of its matrix, over Arrow's buffers.

In: offsets and bytes, a dictionary and a matrix. Out: a text's mean row. Words are runs without ASCII white space; a
word gives its own row and those of its parts of min to max characters, hashed by bytes taken as signed, as fastText
does; runs of words are hashed too.
Source: facebookresearch/fastText, the file format and behaviour of version 12.
"""

from __future__ import annotations

import numpy as np

from headwater.kernels.compiled import kernel, part

OFFSET, PRIME = np.uint32(2166136261), np.uint32(16777619)
RUN = np.uint64(116049371)
OPEN, CLOSE = 0x3C, 0x3E  # < and >, round a word
END = np.array([0x3C, 0x2F, 0x73, 0x3E], np.uint8)  # </s>, the last word of every text


@part
def _grow(value, byte):
    """FNV-1a over a signed byte: above 127 its sign reaches every bit."""
    signed = np.uint32(byte) | np.uint32(0xFFFFFF00) if byte > 127 else np.uint32(byte)
    return np.uint32((value ^ signed) * PRIME)


@part
def hash_of(text, start, end):
    value = OFFSET
    for at in range(start, end):
        value = _grow(value, text[at])
    return value


@part
def find(text, start, end, value, places, word_offsets, words):
    """The number of a word in the dictionary, -1 where it is not there."""
    place = int(value) & (len(places) - 1)
    while places[place] >= 0:
        number = places[place]
        first = word_offsets[number]
        if word_offsets[number + 1] - first == end - start:
            at = 0
            while at < end - start and words[first + at] == text[start + at]:
                at += 1
            if at == end - start:
                return number
        place = (place + 1) & (len(places) - 1)
    return -1


@kernel
def fill_places(word_offsets, words, places):
    """Put every word of the dictionary into the open table `places` (all -1 at first, a power of two)."""
    for number in range(len(word_offsets) - 1):
        place = int(hash_of(words, word_offsets[number], word_offsets[number + 1])) & (len(places) - 1)
        while places[place] >= 0:
            place = (place + 1) & (len(places) - 1)
        places[place] = number


@part
def _add(matrix, row, total):
    line = matrix[row]
    for k in range(len(total)):
        total[k] += line[k]


@part
def _add_bucket(bucket, matrix, num_words, kept, kept_rows, pruned, total):
    """Add a bucket's row; 0 where the model was pruned of it."""
    row = np.int64(bucket)
    if pruned:
        place = np.searchsorted(kept, row)
        if place == len(kept) or kept[place] != row:
            return 0
        row = kept_rows[place]
    _add(matrix, num_words + row, total)
    return 1


@part
def _add_parts(word, size, sizes, matrix, num_words, kept, kept_rows, pruned, total):
    """Add the rows of a word's parts; `word` has its marks round it."""
    shortest, longest, buckets = sizes[0], sizes[1], np.uint32(sizes[2])
    found = 0
    for start in range(size):
        if word[start] & 0xC0 == 0x80:
            continue
        value, at, count = OFFSET, start, 0
        while at < size and count < longest:
            value = _grow(value, word[at])
            at += 1
            while at < size and word[at] & 0xC0 == 0x80:
                value = _grow(value, word[at])
                at += 1
            count += 1
            if count >= shortest and not (count == 1 and (start == 0 or at == size)):
                found += _add_bucket(value % buckets, matrix, num_words, kept, kept_rows, pruned, total)
    return found


@kernel
def means(offsets, text, max_bytes, sizes, places, word_offsets, words, matrix, kept, kept_rows, pruned, out):
    """The mean row of each text into out [rows, dim]. `sizes`: min and max characters, buckets, longest run, words."""
    num_words, longest_run = sizes[4], sizes[3]
    buckets = np.uint64(max(sizes[2], 1))
    word = np.empty(max_bytes + 2, np.uint8)
    hashes = np.empty(max_bytes + 1, np.uint64)
    for row in range(len(offsets) - 1):
        total = out[row]
        at, end = offsets[row], min(offsets[row + 1], offsets[row] + max_bytes)
        found, run = 0, 0
        ended = False
        while not ended:
            while at < end and (text[at] == 0x20 or 0x09 <= text[at] <= 0x0D or text[at] == 0):
                at += 1
            ended = at >= end
            size = 0
            if ended:
                word[1:5] = END
                size = 4
            while not ended and at < end and not (text[at] == 0x20 or 0x09 <= text[at] <= 0x0D or text[at] == 0):
                word[1 + size] = text[at]
                size, at = size + 1, at + 1
            value = hash_of(word, 1, 1 + size)
            number = find(word, 1, 1 + size, value, places, word_offsets, words)
            if number >= num_words:
                continue  # a label
            if number >= 0:
                _add(matrix, number, total)
                found += 1
            if sizes[1] > 0 and not ended:
                word[0], word[1 + size] = OPEN, CLOSE
                found += _add_parts(word, size + 2, sizes, matrix, num_words, kept, kept_rows, pruned, total)
            # a hash counts as a signed number of 32 bits
            hashes[run] = np.uint64(np.int64(np.int32(value)))
            run += 1
        for first in range(run if longest_run > 1 and sizes[2] > 0 else 0):
            value64 = hashes[first]
            for after in range(first + 1, min(run, first + longest_run)):
                value64 = value64 * RUN + hashes[after]
                bucket = np.int64(value64 % buckets)
                found += _add_bucket(bucket, matrix, num_words, kept, kept_rows, pruned, total)
        if found:
            for k in range(len(total)):
                total[k] /= found
