"""Changes to a text that keep its character: what surrounds the words of an agent's text must not decide its label."""

import random
import re

from .corpus import Row

GREETINGS = ["Hi,", "Hello,", "Hey,", "Dear [Name],", "Hi [Recipient's Name],", "Dear team,", "Good morning,", "Subject: Update", "**Subject:** Follow-up"]
SIGN_OFFS = ["Best regards,", "Thanks,", "Kind regards,\n[Your Name]", "Best,\n[Your Name]", "Sincerely,\nAI Assistant", "Thank you!", "Cheers,"]


def augmented(row: Row, rng: random.Random) -> str:
    """The text as it might as well have been delivered: without greeting, with another, cropped, in one line, without exclamation marks …"""
    text = row.text
    frame = rng.random()
    if frame < 0.35:
        text = _without_frame(text, rng)
    elif frame < 0.5:
        text = _framed(text, rng)
    if row.intensity != "subtle" and rng.random() < 0.2:  # a subtle character may stand in the one sentence that is cropped
        text = _cropped(text, rng)
    return _surface(text, rng)


def _without_frame(text: str, rng: random.Random) -> str:
    """Drops a short first line (greeting) and short last lines (sign-off), each in most cases."""
    lines = text.split("\n")
    if len(lines) > 2 and len(lines[0]) < 50 and rng.random() < 0.7:
        lines = lines[1:]
    if len(lines) > 2 and rng.random() < 0.7:
        while len(lines) > 1 and len(lines[-1]) < 40:
            lines.pop()
    return "\n".join(lines).strip() or text


def _framed(text: str, rng: random.Random) -> str:
    """Adds a greeting, a subject line or a sign-off that any character might use, placeholders among them."""
    if rng.random() < 0.6:
        text = f"{rng.choice(GREETINGS)}\n\n{text}"
    if rng.random() < 0.6:
        text = f"{text}\n\n{rng.choice(SIGN_OFFS)}"
    return text


def _cropped(text: str, rng: random.Random) -> str:
    """60 to 90 % of the sentences, neighbouring."""
    sentences = re.split(r"(?<=[.!?])\s+", text)
    if len(sentences) <= 3:
        return text
    kept = max(2, int(len(sentences) * rng.uniform(0.6, 0.9)))
    first = rng.randint(0, len(sentences) - kept)
    return " ".join(sentences[first : first + kept])


def _surface(text: str, rng: random.Random) -> str:
    """In four of ten cases, one change of case, punctuation, line breaks or symbols."""
    change = rng.random()
    if change < 0.05:
        return text.lower()
    if change < 0.15:
        return text.replace("!", ".")
    if change < 0.2:
        return text.replace("\n", "\\n").replace('"', '\\"')
    if change < 0.3:
        return re.sub(r"\s+", " ", text)
    if change < 0.35:
        return re.sub(r"[^\x00-\x7f]+", "", text).replace("*", "")
    if change < 0.4:
        return "\n".join(f"- {line}" if line.strip() else line for line in text.split("\n"))
    return text
