"""A million random tokens against one Prompt: none may be accepted. Prints the rate.

Run: python tests/bench/tokens.py [COUNT]
"""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from domain.employee import EmployeeId
from domain.round import CampaignId, RoundId
from domain.token import KeyRing, TokenKey, mint, verify

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def main(count: int) -> int:
    ring = KeyRing(keys=(TokenKey(id="a", secret=b"s" * 32),), current="a")
    prompt = CampaignId("weekly"), RoundId("2026-W48"), EmployeeId("e-1")
    choices = random.Random(48).choices
    tokens = ["a" + "".join(choices(ALPHABET, k=26)) for _ in range(count)]
    started = time.perf_counter()
    accepted = sum(verify(ring, token, *prompt) for token in tokens)
    took = time.perf_counter() - started
    genuine = verify(ring, mint(ring, *prompt), *prompt)
    rate = f"{count / took:,.0f} checked a second"
    sys.stdout.write(f"{count} random tokens: {accepted} accepted, {rate}; the genuine one: {genuine}\n")
    return 0 if accepted == 0 and genuine else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
