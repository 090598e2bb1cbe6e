"""Keeps a draft as a row, with all that the person who signs it may ask about, and reads it back."""

from dataclasses import asdict
from datetime import datetime

from alerts.drafts.request import Check, DraftReply, Sentence
from platforms.base import Platform
from platforms.length import measure
from store.tables import Case, Draft, Mention


def row_of(case: Case, mention: Mention, draft: DraftReply, now: datetime, row: Draft | None = None) -> Draft:
    """The row of a draft for a mention's words of now: a new one, or `row` with what the draft says in its place."""
    row = row or Draft(
        case_id=case.id or 0,
        mention_id=mention.id or 0,
        revision=mention.revision,
        brand=mention.brand,
        lang=draft.lang,
        remedy=draft.remedy,
        created_at=now,
    )
    row.created_at = now
    row.case_id, row.lang, row.remedy = case.id or 0, draft.lang, draft.remedy
    row.reply, row.private_reply, row.gloss = draft.reply, draft.private_reply, draft.gloss
    row.checks = [asdict(check) for check in draft.checks]
    row.moves, row.generator = list(draft.moves), draft.generator
    row.sentences = [asdict(sentence) | {"grounds": list(sentence.grounds)} for sentence in draft.sentences]
    row.status_note, row.outdated = draft.status_note, False
    return row


def draft_in(row: Draft, platform: Platform | None) -> DraftReply:
    """The draft that `row` keeps, as it was composed for `platform`."""
    unit = platform.reply_unit if platform else "characters"
    return DraftReply(
        lang=row.lang,
        reply=row.reply,
        private_reply=row.private_reply,
        gloss=row.gloss,
        used=measure(row.reply or "", unit),
        limit=platform.reply_limit if platform else None,
        unit=unit,
        remedy=row.remedy,
        checks=tuple(Check(**check) for check in row.checks),
        moves=tuple(row.moves),
        generator=row.generator,
        sentences=tuple(Sentence(**one | {"grounds": tuple(one["grounds"])}) for one in row.sentences),
        status_note=row.status_note,
    )
