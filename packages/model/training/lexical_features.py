r"""Text -> hashed n-gram counts. FORMATS.md ("Lexical features") gives the same steps in words; keep the two together.

Everything works on Unicode code points, so that JavaScript (Array.from, the u flag, Math.imul) gives the same numbers.
"""

import unicodedata
from collections import Counter
from functools import lru_cache

import numpy as np
import regex
import scipy.sparse as sp

# Zero-width characters, soft hyphen, variation selectors, byte-order mark
INVISIBLE = regex.compile(r"[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]")
SINGLE_QUOTE = regex.compile(r"[\u2018-\u201b\u2032\u02bc]")
DOUBLE_QUOTE = regex.compile(r"[\u201c-\u201f]")
DASH = regex.compile(r"[\u2010-\u2015\u2212]")
# agents often escape line breaks twice in tool arguments: a backslash and a letter
ESCAPED_SPACE = regex.compile(r"\\[nrt]")
DIGITS = regex.compile(r"\p{Nd}+")
# listed, because \s differs between Python and JavaScript
SPACE = regex.compile(r"[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:'[\p{L}]+)*|[^ \p{L}\p{M}\p{N}]")

FNV_OFFSET, FNV_PRIME, MASK = 2166136261, 16777619, 0xFFFFFFFF


def normalise(text: str) -> str:
    """Case, quotes, dashes, digits and white space made alike. Lower case is taken code point by code point (no final sigma)."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = "".join(character.lower() for character in text)
    text = DASH.sub("-", DOUBLE_QUOTE.sub('"', SINGLE_QUOTE.sub("'", text)))
    return SPACE.sub(" ", DIGITS.sub("0", ESCAPED_SPACE.sub(" ", text))).strip(" ")


def word_hashes(normalised: str) -> list[int]:
    """Hashes of all word tokens, then of all pairs of neighbours joined by one space."""
    tokens = WORD.findall(normalised)
    return [_hash(token) for token in tokens] + [_hash(f"{a} {b}") for a, b in zip(tokens, tokens[1:])]


def character_hashes(normalised: str, shortest: int, longest: int) -> list[int]:
    """Hashes of all substrings of shortest..longest code points of each space-separated part, padded with a space on each side."""
    return [one for part in normalised.split(" ") if part for one in _part_hashes(f" {part} ", shortest, longest)]


def count_matrix(hashes: list[list[int]], buckets: int) -> sp.csr_matrix:
    """Hash lists, one per text -> counts float64 [texts, buckets], column = hash mod buckets (a power of two)."""
    counters = [Counter(one & (buckets - 1) for one in row) for row in hashes]
    columns = [sorted(counter) for counter in counters]
    values = [counter[column] for counter, row in zip(counters, columns) for column in row]
    ends = np.cumsum([0] + [len(row) for row in columns])
    return sp.csr_matrix((np.array(values, float), np.concatenate([[], *columns]).astype(np.int32), ends), (len(hashes), buckets))


@lru_cache(maxsize=1 << 17)
def _part_hashes(padded: str, shortest: int, longest: int) -> tuple[int, ...]:
    found = []
    for start in range(len(padded)):
        state = FNV_OFFSET
        for length, character in enumerate(padded[start : start + longest], start=1):
            state = _step(state, character)
            if length >= shortest:
                found.append(_mix(state))
    return tuple(found)


@lru_cache(maxsize=1 << 18)
def _hash(text: str) -> int:
    state = FNV_OFFSET
    for character in text:
        state = _step(state, character)
    return _mix(state)


def _step(state: int, character: str) -> int:
    """One step of 32-bit FNV-1a over code points instead of bytes."""
    return ((state ^ ord(character)) * FNV_PRIME) & MASK


def _mix(state: int) -> int:
    """The finaliser of MurmurHash3 (fmix32): FNV's low bits alone are too regular for buckets."""
    state = ((state ^ (state >> 16)) * 0x85EBCA6B) & MASK
    state = ((state ^ (state >> 13)) * 0xC2B2AE35) & MASK
    return state ^ (state >> 16)
