"""What a diagnosis finds, and how it is said."""

import dataclasses
import enum


class Weight(enum.Enum):
    FACT = "  "
    GOOD = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclasses.dataclass(frozen=True)
class Finding:
    weight: Weight
    text: str
    advice: str = "" # what to do


def has_problem(findings):
    return any(finding.weight is Weight.PROBLEM for finding in findings)


def as_text(findings):
    lines = []
    for finding in findings:
        lines.append(f"{finding.weight.value:<8} {finding.text}" if finding.weight is not Weight.FACT else finding.text)
        if finding.advice:
            lines.append(f"{'':<8} To do: {finding.advice}")
    return "\n".join(lines) + "\n"


def as_list(findings):
    return [{"weight": finding.weight.name.lower(), "text": finding.text, "advice": finding.advice} for finding in findings]
