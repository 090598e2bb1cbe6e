"""A case, and all that can be done with it: the very moves and forms of Slack, each behind a page of its own.

What a button or a form does is decided in `alerts.channels.slack.clicks` for both; here is only how it looks and how a
browser sends it. Everything works without a script; with one, parts of the page are exchanged.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session
from starlette.exceptions import HTTPException

from alerts import telling
from alerts.card import Card, load_card
from alerts.channels.slack import clicks, menu, seen, showing
from alerts.channels.slack.buttons import DEEDS
from alerts.channels.slack.forms import FORMS, edit
from alerts.channels.slack.forms.base import Showing
from alerts.telling import name_of
from alerts.text import visible
from platforms.length import measure
from store.finding import owners
from store.queue import TO_DO
from store.tables import Case, CaseStatus
from web import blocks
from web.blocks import Button, Field
from web.gate import Visitor, posted, visitor
from web.pages import case_page, number
from web.posted import Posted
from web.site import Site

READ = ("words", "writers", "profile")  # what is only shown
INLINE = ("edit",)  # stands on the case's own page
MOST_TYPED = 60_000  # characters that are counted


def case_routes(site: Site) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    def known(case_id: str) -> int:
        found = number(case_id)
        if found is None:
            raise HTTPException(404)
        return found

    def shown(
        request: Request,
        case_id: int,
        form: str = "",
        typed: Posted | None = None,
        errors: Mapping[str, str] | None = None,
        said: str = "",
    ) -> HTMLResponse:
        """The page of a case; with the form that is open, and what was typed there."""
        with site.db.read() as session:
            try:
                found = case_page(session, site.brands, site.words, case_id, site.clock())
            except LookupError:
                raise HTTPException(404) from None
            found |= _acting(site, session, found["card"], visitor(request), form, typed, errors)
        return site.page(request, "case.html", 422 if errors else 200, said_now=said, **found)

    @router.get("/cases/{case_id}")
    def case(request: Request, case_id: str) -> HTMLResponse:
        return shown(request, known(case_id))

    @router.get("/cases/{case_id}/news")
    def news(case_id: str, version: str = "") -> Response:
        """Whether the case has changed since its version, for a page that stays open."""
        with site.db.read() as session:
            found = session.get(Case, known(case_id))
        if found is None or str(found.version) == version:
            return Response(status_code=204)
        said = site.words._("There is news about this case.")
        again = site.words._("Show it")
        return HTMLResponse(site.template("news.html", said=said, again=again, address=f"/cases/{found.id}"))

    @router.post("/cases/{case_id}/do")
    def do(request: Request, case_id: str) -> RedirectResponse:
        form, address = posted(request), f"/cases/{known(case_id)}"
        what, value = form.get("what"), form.get("seen")
        clicked = seen.read(value)
        chosen = form.get("chosen")
        if what not in DEEDS or what == "show" or clicked is None or f"/cases/{clicked.case_id}" != address:
            raise HTTPException(404)
        if what == "assign":
            with site.db.read() as session:
                people = {*owners(session), visitor(request).who}
            if chosen not in people:
                raise HTTPException(404)
        told = clicks.do(site.listener, what, value, visitor(request).who, chosen, form.click(what))
        answer = RedirectResponse(address, status_code=303)
        site.tell(request, answer, told.said or _done(site, what, told.done))
        return answer

    @router.post("/cases/{case_id}/length")
    def length(request: Request, case_id: str) -> HTMLResponse:
        """How long what was typed is, as the platform counts."""
        form = posted(request)
        with site.db.read() as session:
            found = session.get(Case, known(case_id))
            if found is None:
                raise HTTPException(404)
            brand = site.brands.get(found.brand)
            card = load_card(session, known(case_id), brand, site.clock())
        name = next((one for one in form.names() if one.startswith("reply.")), "")
        return HTMLResponse(
            site.template("length.html", length=counted(site, card, form.get(name)[:MOST_TYPED]))
        )

    @router.get("/cases/{case_id}/{what}")
    def open_form(request: Request, case_id: str, what: str) -> HTMLResponse:
        if what not in READ and (what not in FORMS or not visitor(request).may_act):
            raise HTTPException(404)
        return shown(request, known(case_id), what)

    @router.post("/cases/{case_id}/{what}")
    def send(request: Request, case_id: str, what: str) -> Response:
        form = posted(request)
        if what not in FORMS:
            raise HTTPException(404)
        if form.get("count"):
            return shown(request, known(case_id), what, form)
        return _submitted(site, request, known(case_id), what, form, shown)

    return router


def _submitted(site: Site, request: Request, case_id: int, what: str, form: Posted, shown: Any) -> Response:
    """What a form has sent, read and done as Slack's would be. Nothing typed is lost: what was not kept comes back."""
    memory = form.get("seen")
    clicked = seen.read(memory)
    if clicked is None or clicked.case_id != case_id:
        raise HTTPException(404)
    view = _view(site, what, memory, _phrase(form))
    today = (site.clock() - timedelta(hours=12)).date()  # it is still today somewhere
    try:
        values = blocks.values_of(view, form, site.listener.detect)
        sent = FORMS[what].read(values, site.words, today)
    except KeyError:
        return shown(request, case_id, what, form, {"": site.words._("Please look at it again.")})  # type: ignore[no-any-return]
    if isinstance(sent, dict):
        return shown(request, case_id, what, form, sent)  # type: ignore[no-any-return]
    who = visitor(request).who
    user = who.split(":")[1] if who.startswith("slack:") else ""
    told = clicks.submitted(site.listener, what, memory, who, sent, form.click(what), user)
    if not told.done and told.said:
        return shown(request, case_id, what, form, {"": told.said})  # type: ignore[no-any-return]
    answer = RedirectResponse(f"/cases/{case_id}", status_code=303)
    site.tell(request, answer, told.said or _done(site, what, told.done))
    return answer


def _view(site: Site, what: str, value: str, phrase: str | None = None) -> blocks.Block:
    return showing.view(site.listener, what, value, phrase)


def _phrase(form: Posted | None) -> str | None:
    """The phrase that is to be counted, or the number of a page."""
    if form is None:
        return None
    name = next((one for one in form.names() if one.startswith("phrase.")), "")
    return form.get(name) if name else form.get("page") or None


def _done(site: Site, what: str, done: bool) -> str:
    words = site.words
    if not done:
        return words._("Nothing was changed.")
    return words._("Done: {what}.", what=words._(menu.LABELS.get(what, menu.LABELS["menu"])))


def counted(site: Site, card: Card, text: str) -> dict[str, Any]:
    """The length of a reply in the unit of its platform: how it is said, and whether it is too long."""
    draft, words = card.draft, site.words
    unit = draft.unit if draft and draft.unit in telling.UNITS else "characters"
    used = measure(text, unit)  # type: ignore[arg-type]
    limit = draft.limit if draft else None
    if not limit:
        return {"said": words.n("{count} character", "{count} characters", used), "over": False}
    said = words._(telling.UNITS[unit], used=words.number(used), limit=words.number(limit))
    return {"said": said, "over": used > limit}


def _acting(
    site: Site,
    session: Session,
    card: Card,
    who: Visitor,
    form: str,
    typed: Posted | None,
    errors: Mapping[str, str] | None,
) -> dict[str, Any]:
    """What can be done with the case, the form that is open, and the editor of its draft."""
    words, case = site.words, session.get_one(Case, card.case_id)
    brand, value = site.brands.get(case.brand), seen.value(card)
    groups = []
    if who.may_act:
        past = menu.past(session, case, card, brand)
        for title, whats in menu.groups(card, past):
            rows = [(what, words._(menu.LABELS[what]), _way(what)) for what in whats if what not in INLINE]
            groups.append((words._(title), rows))
    opened = None
    if form and not (form in INLINE and who.may_act):
        view = _view(site, form, value, _phrase(typed) if form in FORMS else None)
        opened = _opened(form, view, typed, errors)
    editor = None
    undone = case.status in (*TO_DO, CaseStatus.REPLIED)
    if who.may_act and undone and card.draft is not None and not card.draft.waits:
        editor = _editor(
            site, Showing(session, case, card, brand, words), typed, errors if form == "edit" else None
        )
    return {
        "groups": [(title, rows) for title, rows in groups if rows],
        "opened": opened,
        "editor": editor,
        "value": value,
        "click": secrets.token_hex(8),
        "people": [(one, name_of(one)) for one in {*owners(session), who.who}] if who.may_act else [],
        "telling_reply": bool(errors) and form == "edit",
    }


def _way(what: str) -> str:
    """How an action is reached: by a form, a page to read, a choice of people, or at once."""
    if what in FORMS:
        return "form"
    return "read" if what in READ else "people" if what == "assign" else "do"


def _opened(
    form: str, view: blocks.Block, typed: Posted | None, errors: Mapping[str, str] | None
) -> dict[str, Any]:
    counting = typed is not None and bool(typed.get("count"))
    found = blocks.parts(view, None if counting else typed, errors)
    return {
        "name": form,
        "title": blocks.title(view),
        "submit": blocks.submit_label(view),
        "parts": [part for part in found if not isinstance(part, Button)],
        "turns": [
            (b.label, b.action.rpartition(".")[2])
            for b in found
            if isinstance(b, Button) and form == "writers"
        ],
        "wrong": (errors or {}).get("", ""),
    }


def _editor(
    site: Site, now: Showing, typed: Posted | None, errors: Mapping[str, str] | None
) -> dict[str, Any]:
    """The whole reply in one field, with its counter."""
    reply = edit.reply_of(now.session, now.case)
    fields = [part for part in blocks.parts(edit.view(now.card, reply, now.words)) if isinstance(part, Field)]
    name = fields[0].name
    text = visible(reply)
    if typed is not None:
        text = next((typed.get(one) for one in typed.names() if one.startswith("reply.")), reply)
    return {
        "name": name,
        "label": fields[0].label,
        "text": text,
        "wrong": next(
            (said for key, said in (errors or {}).items() if key == "" or key.startswith("reply.")), ""
        ),
        "length": counted(site, now.card, text),
    }
