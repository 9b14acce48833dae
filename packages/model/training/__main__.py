"""`python -m training COMMAND`, run in packages/model: see README.md."""

import argparse
import os
import sys
import time
from collections.abc import Callable

# nothing here reaches out for a model unless it is asked to: the encoder comes with an installed package
os.environ.setdefault("HF_HUB_OFFLINE", "1")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("command", choices=[*COMMANDS, "all"])
    command = parser.parse_args().command
    from .paths import read_config

    config = read_config()
    for name in COMMANDS if command == "all" else [command]:
        started = time.monotonic()
        print(f"{name} ...", file=sys.stderr)
        COMMANDS[name](config)
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)


def _validate(config: dict) -> None:
    from .corpus import read_corpus

    rows = read_corpus(config, config["folders"])
    print(f"  {len(rows)} rows in {len({row.scenario for row in rows})} scenarios are valid", file=sys.stderr)


def _finetune(config: dict) -> None:
    from .held_out import finetune_folds

    finetune_folds(config)


def _weights(config: dict) -> None:
    from .weights import write_weights

    write_weights(config)


def _parity(config: dict) -> None:
    from .parity import write_parity

    write_parity(config)


def _gate(config: dict) -> None:
    from .gate import write_gate

    write_gate(config)


def _evaluate(config: dict) -> None:
    from .evaluate import write_evaluation

    write_evaluation(config)


def _voices(config: dict) -> None:
    from .evaluate import write_voices

    write_voices(config)


def _chat_only(config: dict) -> None:
    from .chat_only import write_chat_only

    write_chat_only(config)


def _compare(config: dict) -> None:
    from .comparisons import write_comparisons

    write_comparisons(config)


def _tiny_modernbert(config: dict) -> None:
    from .tiny_modernbert import write_tiny_modernbert

    write_tiny_modernbert(config["seed"])


# in the order in which each needs what the ones before it wrote; imports wait, so that `validate` needs no torch
COMMANDS: dict[str, Callable[[dict], None]] = {
    "validate": _validate,
    "finetune": _finetune,
    "weights": _weights,
    "parity": _parity,
    "voices": _voices,
    "evaluate": _evaluate,
    "gate": _gate,
    "chat-only": _chat_only,
    "compare": _compare,
    "tiny-modernbert": _tiny_modernbert,
}

if __name__ == "__main__":
    main()
