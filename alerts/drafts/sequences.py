"""The moves of a reply, in their order, by case."""

from collections.abc import Mapping

MENDING = ("feel", "next", "remedy", "correct", "correct_source", "invite", "protect", "regards")
SEQUENCES: Mapping[str, tuple[str, ...]] = {
    "complaint": ("open", *MENDING),
    "mixed": ("glad", "weak", *MENDING),
    "statement": ("statement_open", "statement", "statement_close", "protect", "regards"),
    "correct": ("correct_open", "correct", "correct_source", "correct_close", "regards"),
    "answer": ("answer_open", "answer", "answer_close", "regards"),
    "information": ("ask_open", "ask_next", "ask_hurry", "regards"),
    "commercial": ("ask_open", "offer", "regards"),
    "assistance": ("help_open", "next", "remedy", "help_next", "protect", "regards"),
    "praise": ("praise", "thanks", "praise_close"),
    "praise_open": ("praise", "thanks", "careful_invite", "regards"),
    "praise_point": ("praise", "thanks", "point_noted", "regards"),
    "careful": ("careful", "careful_invite", "regards"),
    "unread": ("unread", "unread_invite", "regards"),
    "stars_low": ("stars_low", "stars_invite", "regards"),
    "stars_middle": ("stars_middle", "stars_invite", "regards"),
    "stars_high": ("stars_high", "praise_close"),
    "insult": ("insult", "insult_invite", "regards"),
    "article_positive": ("article_positive", "article_contact", "regards"),
    "article_negative": ("article_negative", "article_contact", "regards"),
    "article_question": ("article_question", "article_contact", "regards"),
    "critical": ("critical_again", "public", "critical_repeated", "safety", "critical_invite", "regards"),
}
PRIVATE = ("private", "advice", "private_ask", "private_reach", "regards")
GLADLY = frozenset(
    {"praise", "praise_open", "praise_point", "stars_high", "article_positive", "answer"}
)  # where an emoji does no harm
