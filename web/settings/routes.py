"""The pages of settings: `/settings`, and one page for each section of each brand. Works without any script.

Who may change something is for `web.gate`; what counts and how it is kept for `configuration`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from alerts import exclusions
from alerts.words import N_
from configuration.changing import Edit, mark, read, save
from configuration.choosing import Chosen, value_of
from configuration.live import Live
from store import chosen as rows
from web.gate import posted, visitor
from web.settings import forms, page
from web.settings.fields import SECTIONS, Section
from web.settings.page import Shown, Tried
from web.site import Section as Part
from web.site import Site

ADDRESS = "/settings"
TEXT = {
    "settings": N_("Settings"),
    "lead": N_("What you set here counts at once, without a restart, and comes before the file."),
    "all_brands": N_("For all brands"),
    "changes": N_("Latest changes"),
    "no_changes": N_("Nobody has changed anything here."),
    "save": N_("Save"),
    "saved": N_("Saved. It counts from now on."),
    "unsaved": N_("Nothing was saved: see below what is wrong."),
    "beaten": N_("Nothing was saved: somebody was faster. See below; save again to set yours all the same."),
    "reset": N_("As in the file"),
    "theirs": N_("Take theirs"),
    "more": N_("One more"),
    "gone": N_("Remove"),
    "back": N_("All settings"),
    "unused": N_("Set here before, and not used: the file has changed since."),
    "excluded": N_("Left out from Slack"),
    "withdraw": N_("Counts as ours again"),
    "none": N_("None."),
    "new": N_("to be added"),
}


def settings_part(live: Live) -> Part:
    """The part of the site, for a service that goes by `live`."""
    return Part(ADDRESS, N_("Settings"), lambda site: settings_routes(site, live))


def settings_routes(site: Site, live: Live) -> APIRouter:
    pages = _Pages(site, live)
    router = APIRouter(default_response_class=HTMLResponse)
    router.get(ADDRESS)(pages.index)
    for path in (f"{ADDRESS}/{{key}}", f"{ADDRESS}/{{brand}}/{{key}}"):
        router.get(path)(pages.section)
        router.post(path)(pages.change)
    return router


class _Pages:
    def __init__(self, site: Site, live: Live) -> None:
        self.site, self.live = site, live

    def index(self, request: Request) -> HTMLResponse:
        """All sections, with how much was set here."""
        with self.site.db.read() as session:
            chosen = read(session, self.live.file)
        brands = chosen.settings.brands
        groups = [(brand.name or key, [self._link(one, key, chosen) for one in SECTIONS.values() if one.of_brand])
                  for key, brand in brands.items()]  # fmt: skip
        groups.append(
            (
                self._text["all_brands"],
                [self._link(one, None, chosen) for one in SECTIONS.values() if not one.of_brand],
            )
        )
        unused = [(one.choice.name, one.why) for one in chosen.unused]
        return self.site.page(request, "settings.html", text=self._text, groups=groups, unused=unused)

    def section(self, request: Request, key: str, brand: str | None = None) -> HTMLResponse:
        with self.site.db.read() as session:
            chosen = read(session, self.live.file)
        return self._page(request, self._shown(chosen, key, brand))

    def change(self, request: Request, key: str, brand: str | None = None) -> Response:
        """One button: saves, resets a field, takes what somebody else set, or shows one more row."""
        form = dict(posted(request).pairs)
        what, _, about = form.get("do", "save").partition(":")
        with self.site.db.read() as session:
            chosen = read(session, self.live.file)
        shown = self._shown(chosen, key, brand)
        known = {one.full(brand): one for one in shown.section.fields}
        if what == "withdraw":
            return self._withdraw(request, shown, about)
        if what != "save" and about not in known:
            raise HTTPException(404)
        grids = {name: forms.posted(one, form, name) for name, one in known.items()}
        marks = {name: (form.get(f"{name}:seen", ""), form.get(f"{name}:shown", "")) for name in known}
        if what == "more":
            return self._page(request, replace(shown, tried=Tried(grids, marks=marks, more=about)))
        if what == "theirs":
            kept = {name: grid for name, grid in grids.items() if name != about}
            return self._page(request, replace(shown, tried=Tried(kept, marks={n: marks[n] for n in kept})))
        if what == "reset":
            edits = {about: Edit(None, mark(value_of(chosen.settings.tables, about)), reset=True)}
        else:
            edits = {}
            for name, one in known.items():
                wanted = forms.value(one, grids[name])
                if mark(wanted) != marks[name][1]:
                    edits[name] = Edit(wanted, marks[name][0])
        return self._save(request, shown, edits, Tried(grids, marks=marks))

    def _save(self, request: Request, shown: Shown, edits: Mapping[str, Edit], tried: Tried) -> Response:
        known = {one.full(shown.brand): one for one in shown.section.fields}
        doubled = any(
            forms.twice(known[name], tried.grids[name]) is not None for name in edits if not edits[name].reset
        )
        if not doubled:
            who, now = visitor(request).who, self.site.clock()
            done = save(self.site.db, self.live.file, edits, who, now)
            if done.done:
                self.live.follow()
                return RedirectResponse(f"{request.url.path}?saved=1", status_code=303)
            beaten = {one.name for one in done.faster}
            marks = {name: both for name, both in tried.marks.items() if name not in beaten}
            tried = replace(tried, wrong=done.wrong, faster=done.faster, marks=marks)
        with self.site.db.read() as session:
            chosen = read(session, self.live.file)
        return self._page(request, replace(shown, chosen=chosen, tried=tried), 409 if tried.faster else 422)

    def _withdraw(self, request: Request, shown: Shown, phrase: str) -> Response:
        """A phrase that was left out by a click in Slack counts again."""
        if shown.brand is None:
            raise HTTPException(404)
        with self.site.db.write() as session:
            desk = self.site.listener.desk(session, self.site.clock())
            exclusions.withdraw(desk, shown.brand, phrase, visitor(request).who)
        return RedirectResponse(f"{request.url.path}?saved=1", status_code=303)

    def _shown(self, chosen: Chosen, key: str, brand: str | None) -> Shown:
        section, brands = SECTIONS.get(key), chosen.settings.brands
        if section is None or section.of_brand != (brand is not None) or (brand and brand not in brands):
            raise HTTPException(404)
        return Shown(section, brand, chosen, self.site.words, brands, self.site.clock())

    def _page(self, request: Request, shown: Shown, status: int = 200) -> HTMLResponse:
        names = [one.full(shown.brand) for one in shown.section.fields]
        with self.site.db.read() as session:
            history = rows.history(session, names)
            adopted = (
                exclusions.listed(session, [shown.brand])
                if shown.section.key == "exclusions" and shown.brand
                else []
            )
        known = shown.brands
        tried = shown.tried
        notice = "beaten" if tried.faster else "unsaved" if status >= 400 else ""
        return self.site.page(
            request,
            "settings_section.html",
            status,
            text=self._text,
            title=self.site.words._(shown.section.title),
            lead=self.site.words._(shown.section.lead),
            brand=known[shown.brand].name or shown.brand if shown.brand else self._text["all_brands"],
            fields=shown.fields(),
            changes=shown.changes(history),
            adopted=[(row.phrase, page.who_of(row.added_by), shown.when(row.added_at)) for row in adopted],
            exclusions=shown.section.key == "exclusions",
            notice=self._text[notice] if notice else "",
            saved=request.method == "GET" and request.query_params.get("saved") == "1",
            neighbours=[self._link(one, shown.brand, shown.chosen) | {"here": one is shown.section}
                        for one in SECTIONS.values() if one.of_brand == (shown.brand is not None)],
        )  # fmt: skip

    def _link(self, section: Section, brand: str | None, chosen: Chosen) -> dict[str, Any]:
        count = sum(one.full(brand) in chosen.choices for one in section.fields)
        words = self.site.words
        return {
            "address": f"{ADDRESS}/{brand}/{section.key}" if brand else f"{ADDRESS}/{section.key}",
            "label": words._(section.title),
            "lead": words._(section.lead),
            "count": words.n("{count} set here", "{count} set here", count) if count else "",
        }

    @property
    def _text(self) -> dict[str, str]:
        return {name: self.site.words._(message) for name, message in TEXT.items()}
