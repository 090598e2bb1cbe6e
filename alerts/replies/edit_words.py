"""What people changed in drafts, in a sentence of the digest."""

from alerts.replies.edits import SIGNATURE, Tally
from alerts.words import N_, Words

OPENING, PROBLEM, SYMPATHY = N_("the opening"), N_("the problem"), N_("the sympathy")
NEXT, REMEDY, INVITATION = N_("what happens next"), N_("the remedy"), N_("the invitation to write")
CLOSING, THANKS, CORRECTION = N_("the closing"), N_("the thanks"), N_("the correction")
MOVES = {
    **dict.fromkeys(
        (
            "open", "glad", "help_open", "ask_open", "answer_open", "statement_open", "correct_open", "careful",
            "praise", "unread", "stars_low", "stars_middle", "stars_high", "insult", "article_positive",
            "article_negative", "article_question", "critical_again", "critical_repeated", "public",
        ),
        OPENING,
    ),
    **dict.fromkeys(("next", "ask_next", "help_next"), NEXT),
    **dict.fromkeys(
        (
            "invite", "careful_invite", "unread_invite", "stars_invite", "insult_invite", "critical_invite",
            "article_contact",
        ),
        INVITATION,
    ),
    **dict.fromkeys(
        ("praise_close", "answer_close", "statement_close", "correct_close", "ask_hurry", "regards"), CLOSING
    ),
    **dict.fromkeys(("correct", "correct_source"), CORRECTION),
    **dict.fromkeys(("remedy", "offer"), REMEDY),
    "weak": PROBLEM,
    "point_noted": PROBLEM,
    "feel": SYMPATHY,
    "thanks": THANKS,
    "answer": N_("the answer"),
    "statement": N_("the statement"),
    "safety": N_("the advice on safety"),
    "protect": N_("the warning about personal data"),
    SIGNATURE: N_("the signature"),
}  # fmt: skip
"""What people call the moves of a public reply; several are one thing to them."""
OTHER = N_("other words")
MOST = 3


def told(tally: Tally, words: Words) -> str:
    """Of 12 replies 7 went out as drafted; most changed: the opening (40 %), the remedy (25 %)."""
    known = tally.sent - tally.unknown
    said = []
    if known:
        said.append(
            words.n(
                "Of {count} reply whose words are known {unchanged} went out as drafted",
                "Of {count} replies whose words are known {unchanged} went out as drafted",
                known,
                unchanged=words.number(tally.unchanged),
            )
        )
    if changed := _most_changed(tally, words):
        said.append(words._("most changed: {moves}", moves=words.listing(changed)))
    if tally.unknown:
        said.append(
            words.n(
                "of {count} reply nobody told the words",
                "of {count} replies nobody told the words",
                tally.unknown,
            )
        )
    line = "; ".join(said)
    return f"{line[:1].upper()}{line[1:]}." if line else ""


def _most_changed(tally: Tally, words: Words) -> list[str]:
    """In what share of the replies that had it each was changed."""
    counts: dict[str, tuple[int, int]] = {}
    for move, found in tally.by_move.items():
        name = MOVES.get(move, OTHER)
        sent, changed = counts.get(name, (0, 0))
        counts[name] = sent + found.sent, changed + found.changed
    shares = {name: changed / sent for name, (sent, changed) in counts.items() if changed}
    worst = sorted(shares, key=lambda name: (-shares[name], -counts[name][1]))[:MOST]
    return [
        words._("{what} ({share} %)", what=words._(name), share=words.number(round(100 * shares[name])))
        for name in worst
    ]
