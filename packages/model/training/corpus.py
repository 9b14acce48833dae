"""The corpus: every row read and validated, errors named by file and line."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .paths import CORPUS


@dataclass(frozen=True)
class Row:
    """One text of the corpus. `label` is the file's `persona`."""

    id: str
    folder: str
    scenario: str
    kind: str
    label: str
    intensity: str
    text: str


class CorpusError(ValueError):
    """A row that cannot be trained on; the message starts with file:line."""


def read_corpus(config: dict, folders: list[str]) -> list[Row]:
    """Every row of `folders` (glob patterns allowed), folders sorted by name, rows in file order."""
    rows: list[Row] = []
    seen: set[str] = set()
    for folder in matching_folders(folders):
        scenarios = {record["scenario"] for _, record in _records(folder / "scenarios.jsonl", ["scenario", "kind"])}
        path = folder / "texts.jsonl"
        for line, record in _records(path, ["id", "scenario", "kind", "persona", "intensity", "text"]):
            row = Row(label=record.pop("persona"), folder=folder.name, **record)
            fault = _fault_of(row, config, scenarios, seen)
            if fault:
                raise CorpusError(f"{_place(path, line)}: {fault}")
            seen.add(row.id)
            rows.append(row)
    return rows


def matching_folders(patterns: list[str]) -> list[Path]:
    """Corpus folders that match any of the patterns, sorted by name; each pattern must match one."""
    found: set[Path] = set()
    for pattern in patterns:
        matches = [folder for folder in CORPUS.glob(pattern) if folder.is_dir()]
        if not matches:
            raise CorpusError(f'No corpus folder matches "{pattern}" (config.json, folders)')
        found.update(matches)
    return sorted(found)


def corpus_hash(folders: list[str]) -> str:
    """SHA-256 over names and contents of the folders' texts.jsonl and scenarios.jsonl, in sorted order."""
    digest = hashlib.sha256()
    for folder in matching_folders(folders):
        for name in ("scenarios.jsonl", "texts.jsonl"):
            digest.update(f"{folder.name}/{name}\n".encode())
            digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def _fault_of(row: Row, config: dict, scenarios: set[str], seen: set[str]) -> str | None:
    if row.id in seen:
        return f'id "{row.id}" is used twice'
    if row.scenario not in scenarios:
        return f'scenario "{row.scenario}" is not in scenarios.jsonl'
    for value, known, what in (
        (row.label, config["labels"], "persona"),
        (row.kind, config["kinds"], "kind"),
        (row.intensity, config["intensities"], "intensity"),
    ):
        if value not in known:
            return f'{what} "{value}" is not one of {", ".join(known)}'
    return None if row.text.strip() else "text is empty"


def _records(path: Path, fields: list[str]) -> Iterator[tuple[int, dict]]:
    """(line, record) of each line that is not blank; the named fields are present and are strings."""
    with path.open(encoding="utf-8") as file:
        for line, content in enumerate(file, start=1):
            if not content.strip():
                continue
            try:
                record = json.loads(content)
            except json.JSONDecodeError as error:
                raise CorpusError(f"{_place(path, line)}: not JSON ({error})") from error
            wrong = [field for field in fields if not isinstance(record.get(field), str)]
            if wrong:
                raise CorpusError(f"{_place(path, line)}: {', '.join(wrong)} missing or not a string")
            yield line, {field: record[field] for field in fields}


def _place(path: Path, line: int) -> str:
    return f"{path.relative_to(CORPUS.parent)}:{line}"
