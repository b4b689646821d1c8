"""How long an unmarked 2 KB reply takes in the markings rule, beside a plain word list in the same run."""

import re
import sys
import timeit
from collections.abc import Callable

from domain.message import Message, Passage, Where
from rules.markings import scan

PROMPT = (
    "Please reply to this email with approx. 5 bullets of what you accomplished last week and cc your manager.\n"
    "Please do not send any classified information, links, or attachments.\nDeadline is this Monday at 11:59pm.\n"
    'If all of your activities are classified or sensitive, please write "All of my activities are sensitive".\n'
)
BULLETS = (
    "- Reviewed 4 vendor contracts with finance and closed two findings\n"
    "- On Tuesday I met with the audit team and they approved the plan (phase 2)\n"
    "- Migrated 12 tables from the old database, see ticket 4711\n"
    "- Sent the Q3 forecast to finance; follow-up on Monday\n"
    "- Trained 3 new colleagues in the intake process\n"
)
SIGNATURE = "\nThanks,\nJane Doe\nOffice of the Chief\nhttps://agency.example/x\n\n"
QUOTED = "On Mon, Mar 3, 2025 at 9:00 AM Weekly <r@agency.example> wrote:\n" + "".join(
    f"> {line}\n" for line in PROMPT.splitlines()
)
WORD_LIST = re.compile(
    r"\b(?:top secret|secret|confidential|classified|noforn|orcon|fouo|cui|sbu|les|ssi|limdis|rel to|eyes only)\b",
    re.IGNORECASE,
)
ROUNDS = 300


def fastest(work: Callable[[], object]) -> float:
    return min(timeit.repeat(work, number=ROUNDS, repeat=7)) / ROUNDS


def main() -> None:
    clean = (BULLETS * 4 + SIGNATURE + QUOTED)[:2048]
    wordy = clean[:1900] + "\n- Wrote the Secretary\u2019s remarks; (c) notices; CUI training\n"
    peer = fastest(lambda: WORD_LIST.findall(clean))
    sys.stdout.write(f"{'a word list, same text':40} 1.00  ({peer * 1e6:.0f} us)\n")
    for name, text in (("unmarked 2 KB reply, prompt quoted", clean), ("the same with words that only look it", wordy)):
        message = Message(passages=(Passage(where=Where.PLAIN, text=text),))
        took = fastest(lambda message=message: scan(message, (PROMPT,)))
        sys.stdout.write(f"{name:40} {took / peer:.2f}  ({took * 1e6:.0f} us)\n")


if __name__ == "__main__":
    main()
