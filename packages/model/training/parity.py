"""Fixtures for the TypeScript tests: what the shipped files give in Python, on awkward texts and on corpus texts."""

import json

import numpy as np

from .corpus import read_corpus
from .lexical_features import character_hashes, normalise, word_hashes
from .paths import PARITY
from .shipped import load_shipped

AWKWARD = [
    "",
    " \n\t ",
    "a",
    "!",
    "... ?! ;-)",
    "12345 67 8.90 ٣٤٥ ৭",
    "Great job team 🎉🎉 👍🏽 👨‍👩‍👧 ❤️",
    "Café, café, naïve coöperation, Z̷a̷l̷g̷o̷",
    "请在星期五之前回复。谢谢!",
    "ありがとうございます。明日までに送ります。",
    "Größe, STRASSE, Straße, İstanbul, ISPARTA, ΟΔΟΣ ΣΑΣ",
    "ﬁne oﬃce ﬂow ½ ² ™ Ⅷ ｆｕｌｌｗｉｄｔｈ",
    "“It’s fine,” she said – it ‘isn’t’ — really…",
    "Hi Sam,\\n\\nThe order shipped.\\r\\n\\tBest,\\nAva",
    "Hi Sam,\r\n\r\nThe order shipped.\n\tBest,\nAva",
    "rock'n'roll don't y'all 'quoted' o'clock'",
    "zero\u200bwidth soft\u00adhyphen no\u00a0break thin\u2009space\ufeff",
    "Привет! Отправлю отчёт завтра, не переживай.",
    "مرحبا، سأرسل التقرير غدا.",
    "हिन्दी में एक छोटा संदेश।",
    "𝓕𝓪𝓷𝓬𝔂 𝕥𝕖𝕩𝕥 𐐀𐐁 😀",
    "C:\\new\\table",
    "under_score snake_case #tag @user https://example.com/a?b=1&c=2",
    "# Title\n- **bold** item\n- `code`\n\n| a | b |",
    "x" * 300,
    "no no no no no no no no no no NO NO no",
]


def write_parity(config: dict) -> None:
    """Writes lexical-features.json, lexical.json and encoder.json into PARITY."""
    model = load_shipped()
    corpus = _corpus_texts(config)
    long_text = "\n\n".join(text for text, _ in corpus)[:5000]
    kinds = config["kinds"]
    awkward = [(text, kinds[index % len(kinds)]) for index, text in enumerate(AWKWARD)]
    PARITY.mkdir(exist_ok=True)
    _write("lexical-features.json", [_features(text, config) for text, _ in awkward if len(text) < 80])
    for tier, rows in (
        ("lexical", [*awkward, (long_text, "email"), *corpus[:13]]),
        ("encoder", [*awkward[2:9:2], *awkward[12:15], (long_text, "email"), *corpus]),
    ):
        scores = model.scores([text for text, _ in rows], [kind for _, kind in rows])[tier]
        _write(f"{tier}.json", [_row(text, kind, one, config["labels"]) for (text, kind), one in zip(rows, scores)])


def _corpus_texts(config: dict) -> list[tuple[str, str]]:
    """(text, kind) of one seeded corpus text for each label, then one more of the first label."""
    rows = read_corpus(config, config["folders"])
    chance = np.random.default_rng(config["seed"])
    picked = [chance.choice([i for i, row in enumerate(rows) if row.label == label]) for label in [*config["labels"], config["labels"][0]]]
    return [(rows[index].text, rows[index].kind) for index in picked]


def _features(text: str, config: dict) -> dict:
    """The normalised text and its unreduced 32-bit hashes, in the order in which they are found; no weights involved."""
    normalised = normalise(text)
    block = next(block for block in config["lexical"]["blocks"] if block["name"] == "character")
    return {
        "text": text,
        "normalised": normalised,
        "word": word_hashes(normalised),
        "character": character_hashes(normalised, block["shortest"], block["longest"]),
    }


def _row(text: str, kind: str, scores: np.ndarray, labels: list[str]) -> dict:
    return {"text": text, "kind": kind, "scores": dict(zip(labels, np.round(scores, 8).tolist()))}


def _write(name: str, rows: list[dict]) -> None:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (PARITY / name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")
