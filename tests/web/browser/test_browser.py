"""In Chromium: the walk of a case, search, keys, a phone, no script at all, and what axe finds (WCAG 2 AA: nothing)."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from store.db import Database
from store.tables import Case

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
LOOKS = [("light", "en", DESK), ("dark", "it", DESK), ("light", "it", PHONE), ("dark", "en", PHONE)]
Visit = Callable[..., Any]
Shot = Callable[[Any, str], None]


def found_by_axe(page: Any) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found = axe.Axe().run(page, options=rules).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]
    ]


def case_of(db: Database, number: int) -> Case:
    with db.read() as session:
        return session.get_one(Case, number)


def test_the_walk_of_a_case(visit: Visit, shelf: Database, shot: Shot) -> None:
    page = visit(viewport=DESK)
    page.get_by_role("link", name="Critical").first.click()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("Acknowledged by marta").wait_for()
    assert case_of(shelf, 1).owner == "marta"
    reply = page.get_by_label("Reply in Italian")
    reply.fill("Gentile Giulia, La chiamiamo subito.")
    page.get_by_text("36 of ").wait_for()  # counted while it is typed
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Done: Edit draft.").wait_for()
    assert case_of(shelf, 1).reply == "Gentile Giulia, La chiamiamo subito."
    page.get_by_role("link", name="Mark as replied").click()
    page.get_by_label("Promised to the customer").fill("una telefonata")
    page.locator("#doing").get_by_role("button", name="Mark as replied").click()
    page.get_by_text("Choose one.").wait_for()  # the reply is in Italian, and has no gloss any more
    page.get_by_label("I have: I read it myself").check()
    page.locator("#doing").get_by_role("button", name="Mark as replied").click()
    page.get_by_text("Until when was it promised?").wait_for()
    shot(page, "form-with-a-mistake")
    assert page.get_by_label("Promised to the customer").input_value() == "una telefonata"
    page.get_by_label("By when").fill("2026-11-27")
    page.locator("#doing").get_by_role("button", name="Mark as replied").click()
    page.get_by_text("Done: Mark as replied.").wait_for()
    page.get_by_role("link", name="Resolve").click()
    page.get_by_label("Apology").check()
    page.locator("#doing").get_by_role("button", name="Resolve").click()
    page.get_by_text("Done: Resolve.").wait_for()
    assert case_of(shelf, 1).status == "resolved"
    page.get_by_text("marta resolved the case").wait_for()
    shot(page, "case-resolved")
    page.goto("/")
    assert page.locator("a[href='/cases/1']").count() == 0


def test_search_and_filters(visit: Visit, shot: Shot) -> None:
    page = visit(viewport=DESK)
    page.get_by_role("searchbox").fill("macchina caffe")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=*")
    assert page.locator(".cases > li").count() == 1
    assert "perde acqua" in page.locator(".cases").inner_text()
    shot(page, "search")
    page.get_by_role("link", name="Clear all filters").click()
    page.get_by_text("More filters").click()
    page.get_by_label("Severity").select_option("high")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("severity=high"))
    assert page.locator(".cases > li").count() == 1
    page.goto("/?q=%22%27*%3B--")
    page.get_by_text("Nothing found").wait_for()


def test_keys(visit: Visit, shelf: Database, shot: Shot) -> None:
    page = visit(viewport=DESK)
    page.bring_to_front()
    page.locator("body").press("?")
    page.get_by_role("dialog").wait_for()
    shot(page, "keys")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator(".here").count() == 1
    page.keyboard.press("a")
    page.get_by_text("1 case done.").wait_for()
    assert case_of(shelf, 1).status == "acknowledged"
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url("**/cases/1#draft")
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.id") == "reply"
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_url("**/cases/1/replied#doing")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    page.wait_for_url(lambda url: url.endswith("/"))
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    assert page.get_by_role("searchbox").input_value() == "jk?"


def test_several_at_once(visit: Visit, shelf: Database) -> None:
    page = visit(viewport=DESK)
    boxes = page.locator("input[name=case]")
    boxes.nth(3).check()
    boxes.nth(4).check()
    page.get_by_role("button", name="Not relevant").first.click()
    page.get_by_text("2 cases done.").wait_for()
    assert page.locator("input[name=case]").count() == 6


def test_what_others_do_meanwhile_is_told(visit: Visit, shelf: Database) -> None:
    page, other = visit(viewport=DESK), visit("it", viewport=DESK)
    page.goto("/cases/1")
    other.goto("/cases/1")
    other.get_by_role("button", name="Prendo in carico").click()
    other.get_by_text("Fatto:").wait_for()
    page.evaluate("htmx.trigger('.fresh', 'intersect'), htmx.ajax('GET', '/cases/1/news?version=1', '#told')")
    page.get_by_text("There is news about this case.").wait_for()


def test_without_a_script_everything_works(visit: Visit, shelf: Database) -> None:
    page = visit(viewport=PHONE, java_script_enabled=False)
    page.locator(".cases a[href='/cases/1']").click()
    assert page.get_by_role("button", name="Copy").count() == 0
    page.get_by_role("button", name="Acknowledge").click()
    page.locator("text=Acknowledged by marta").first.wait_for()
    page.locator("#reply").fill("Gentile Giulia, ci sentiamo presto.")
    page.get_by_role("button", name="Save").click()
    page.locator("text=Done: Edit draft.").wait_for()
    page.get_by_role("link", name="Add a note").click()
    page.locator("#doing textarea").fill("chiamata alle 12")
    page.locator("#doing").get_by_role("button", name="Save").click()
    page.locator("text=chiamata alle 12").wait_for()
    assert case_of(shelf, 1).reply == "Gentile Giulia, ci sentiamo presto."


@pytest.mark.parametrize(("scheme", "lang", "size"), LOOKS)
def test_every_page_is_for_everybody(
    visit: Visit, shot: Shot, scheme: str, lang: str, size: dict[str, int]
) -> None:
    page = visit(lang, viewport=size, color_scheme=scheme)
    wide = "phone" if size is PHONE else "desk"
    for name, path in {
        "queue": "/",
        "filtered": "/?severity=high",
        "empty": "/?q=zzz",
        "case": "/cases/1",
        "viral": "/cases/2",
        "replied": "/cases/1/replied",
        "false-alarm": "/cases/1/false_alarm_as",
        "not-about-us": "/cases/1/not_about_us",
        "words": "/cases/1/words",
        "missing": "/cases/999",
    }.items():
        page.goto(path)
        assert found_by_axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        shot(page, f"{name}-{wide}-{scheme}-{lang}")
        page.faults.clear() if name == "missing" else None
    page.get_by_role("button", name="Esci" if lang == "it" else "Sign out").click()
    page.wait_for_selector("h1")
    assert found_by_axe(page) == []
    shot(page, f"sign-in-{wide}-{scheme}-{lang}")
    page.faults.clear()
