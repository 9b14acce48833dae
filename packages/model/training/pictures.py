"""The model card's pictures, as SVG text that needs no library and reads on light and dark pages."""

import numpy as np

STYLE = "<style>text{font:11px sans-serif;fill:#555}@media(prefers-color-scheme:dark){text{fill:#bbb}}</style>"
COLOURS = {"lexical": "#e69f00", "encoder": "#56b4e9", "ensemble": "#009e73", "cascade": "#cc79a7"}  # Okabe and Ito


def confusion_picture(confusion: np.ndarray, labels: list[str]) -> str:
    """Counts [label, label called] -> a matrix of shares of each true label in per cent."""
    cell, left, top = 40, 110, 100
    shares = confusion / np.maximum(1, confusion.sum(axis=1, keepdims=True))
    parts = []
    for row, label in enumerate(labels):
        y = top + row * cell
        parts.append(f'<text x="{left - 8}" y="{y + 24}" text-anchor="end">{label}</text>')
        parts.append(f'<text transform="translate({left + row * cell + 24},{top - 8}) rotate(-45)">{label}</text>')
        for column, share in enumerate(shares[row]):
            x = left + column * cell
            parts.append(f'<rect x="{x}" y="{y}" width="{cell - 1}" height="{cell - 1}" fill="#0072b2" fill-opacity="{0.04 + 0.96 * share:.3f}"/>')
            if share >= 0.005:
                colour = ' style="fill:#fff"' if share > 0.5 else ""
                parts.append(f'<text x="{x + cell / 2 - 0.5}" y="{y + 24}" text-anchor="middle"{colour}>{100 * share:.0f}</text>')
    return _svg(left + len(labels) * cell + 50, top + len(labels) * cell + 10, "Called (columns) by true label (rows), per cent", parts)


def reliability_picture(tiers: dict[str, list[dict]]) -> str:
    """Per tier, bins of top probability -> share that was right against mean probability; the diagonal is perfect calibration."""
    side, left, top = 320, 50, 20

    def at(confidence: float, accuracy: float) -> tuple[float, float]:
        return left + confidence * side, top + (1 - accuracy) * side

    parts = [f'<path d="M{left},{top}V{top + side}H{left + side}" fill="none" stroke="#888"/>']
    parts.append(f'<path d="M{left},{top + side}L{left + side},{top}" stroke="#888" stroke-dasharray="4"/>')
    for tick in (0, 0.5, 1):
        x, y = at(tick, tick)
        parts.append(f'<text x="{x:.0f}" y="{top + side + 16}" text-anchor="middle">{tick}</text><text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{tick}</text>')
    parts.append(f'<text x="{left + side / 2}" y="{top + side + 34}" text-anchor="middle">probability of the label called</text>')
    parts.append(f'<text transform="translate(14,{top + side / 2}) rotate(-90)" text-anchor="middle">share that was right</text>')
    for place, (tier, bins) in enumerate(tiers.items()):
        points = [at(one["confidence"], one["accuracy"]) for one in bins]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[tier]}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[tier]}"/>' for x, y in points]
        parts.append(f'<text x="{left + 16}" y="{top + 14 + 16 * place}" style="fill:{COLOURS[tier]}">{tier}</text>')
    return _svg(left + side + 20, top + side + 44, "How often a label is right, by its probability", parts)


def _svg(width: float, height: float, title: str, parts: list[str]) -> str:
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"><title>{title}</title>{STYLE}\n{body}\n</svg>\n'
