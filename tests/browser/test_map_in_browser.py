"""The map of ``dropcheck inventory --output-format html`` as people use it, in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from map_samples import HOSTILE, big, composed, entry, hostile, mixed, source

from dropcheck.inventory import Inventory, InventoryFile

TRUSTED = "require-trusted-types-for"

if TYPE_CHECKING:
    from browser.conftest import Map

Draw = Callable[..., "Map"]


def shown(drawn: Map, selector: str) -> list[str]:
    return [found.inner_text() for found in drawn.page.locator(selector).all() if found.is_visible()]


def open_everything(drawn: Map) -> None:
    """Open all there is, and what that brings, which is never without end."""
    opened = "() => [...document.querySelectorAll('main details:not([open])')].filter((one) => (one.open = true)).length"
    built = "() => [...document.querySelectorAll('main details[open]')].every((one) => one.childElementCount > 1)"
    while drawn.page.evaluate(opened):
        drawn.page.wait_for_function(built)


# What is there at first


def test_the_page_says_the_answer_first(draw: Draw) -> None:
    drawn = draw(mixed())
    assert drawn.page.locator("h1").inner_text() == "3 of 8 dropout sites stay on in evaluation, 1 of them on purpose"
    assert drawn.count == "Showing 9 sites and findings in 4 classes"
    assert shown(drawn, "h2")[:2] == ["Worth a look", "The others"]
    assert shown(drawn, "h3") == ["./", "lib/", "./", "lib/"]
    assert shown(drawn, "h4") == ["Net", "Net", "Head", "attend()", "Layer"]


def test_a_site_says_in_words_what_it_does(draw: Draw) -> None:
    first, *_ = draw(mixed()).visible_sites()
    assert " ".join(first.split()) == "dropout p=0.1 DRP101 train drops · eval drops always on line 1"


def test_a_behaviour_has_its_colour_and_its_word(draw: Draw) -> None:
    drawn = draw(mixed())
    words = drawn.page.locator(".behaviour").evaluate_all(
        "(all) => all.map((one) => [one.innerText, getComputedStyle(one).color])"
    )
    colours = dict(words)
    assert set(colours) == {"always on", "inverted", "undecided", "caller decides", "never on", "follows mode"}
    assert len(set(colours.values())) == 6


def test_what_is_small_stands_open_and_what_is_large_does_not(draw: Draw) -> None:
    assert len(draw(mixed()).visible_sites()) == 9
    drawn = draw(big())
    assert len(shown(drawn, ".class[open]")) == 100
    assert shown(drawn, "h2")[:1] == ["Worth a look"]


# Opening


def test_a_site_opens_to_its_source_its_finding_and_its_fix(draw: Draw) -> None:
    drawn = draw(mixed())
    site = drawn.page.locator(".site").first
    assert site.locator(".finding").count() == 0
    site.locator("summary").click()
    assert site.locator("mark").inner_text() == "F.dropout(x, .1)"
    assert site.locator(".message").inner_text() == "dropout stays on"
    assert site.locator(".minus").inner_text().split() == ["1", "-", "x", "=", "F.dropout(x,", ".1)"]
    assert "training=self.training" in site.locator(".plus").inner_text()
    assert "the other call" in site.locator(".note").inner_text()
    assert site.get_by_text("Fix (safe): Add training=self.training").is_visible()
    site.locator("summary").click()
    assert not site.locator("mark").is_visible()


def test_gates_and_reasons_are_told(draw: Draw) -> None:
    drawn = draw(mixed())
    open_everything(drawn)
    facts = [" ".join(text.split()) for text in shown(drawn, ".facts")]
    assert "Gate self.training" in facts
    assert "Decided by its caller Why open train: a parameter decides" in facts
    assert "Why open flag: an attribute decides" in facts
    assert "intended, Monte Carlo" in " ".join(shown(drawn, ".state"))
    assert "Advice: Do it by hand" in " ".join(shown(drawn, ".finding"))


def test_all_classes_can_be_opened_and_closed(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.get_by_role("button", name="Collapse all").click()
    assert drawn.visible_sites() == []
    drawn.page.get_by_role("button", name="Expand all").click()
    assert len(drawn.visible_sites()) == 9


# What classes are made of


def test_a_class_opens_to_its_parts_and_these_to_theirs(draw: Draw) -> None:
    drawn = draw(composed())
    model = drawn.page.locator(".class", has=drawn.page.locator("h4", has_text="Model"))
    assert model.locator(".tally").first.inner_text() == "3 in its parts\n1 always on"
    model.locator("summary").click()
    model.locator(".part").first.wait_for()
    held = [" ".join(part.inner_text().split()) for part in model.locator(".part > summary").all()]
    assert held == ["layers: Layer 2 in its parts 1 always on", "head: Head 1 site"]
    model.get_by_text("layers:").click()
    model.get_by_text("attention:").click()
    model.locator(".site.is-always-on > summary").click()
    assert model.locator(".plus").inner_text().endswith("training=self.training)")
    big = drawn.page.locator(".class", has=drawn.page.locator("h4", has_text="Big"))
    big.locator("summary").first.click()
    assert " ".join(big.locator(".part > summary").inner_text().split()) == "inherits from Head 1 site"


def test_classes_that_hold_each_other_end(draw: Draw) -> None:
    drawn = draw(composed())
    drawn.page.get_by_label("Class", exact=True).fill("Loop")
    drawn.wait_for_count("Showing 1 of 4 sites in 1 class")
    drawn.page.get_by_text("next:").click()
    assert [" ".join(text.split()) for text in shown(drawn, ".part > summary")] == ["next: Other 1 in its parts"]


def test_a_class_without_dropout_of_its_own_is_found_by_name(draw: Draw) -> None:
    drawn = draw(composed())
    drawn.page.get_by_label("Class", exact=True).fill("model")
    drawn.wait_for_count("Showing 0 of 4 sites, 1 class made of others")
    assert shown(drawn, "h4") == ["Model"]
    assert not drawn.page.locator("#nothing").is_visible()
    drawn.page.get_by_label("always on").check()
    drawn.wait_for_count("Showing 0 of 4 sites")
    drawn.page.wait_for_function("() => !document.getElementById('nothing').hidden")


# The filter


def test_behaviours_can_be_chosen(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.get_by_label("always on").check()
    drawn.wait_for_count("Showing 2 of 9 sites and findings in 1 class")
    assert len(drawn.visible_sites()) == 2
    drawn.page.get_by_label("never on").check()
    drawn.wait_for_count("Showing 3 of 9 sites and findings in 2 classes")
    drawn.page.get_by_role("button", name="Clear filter").click()
    drawn.wait_for_count("Showing 9 sites")
    assert drawn.page.get_by_role("button", name="Clear filter").count() == 0


@pytest.mark.parametrize(
    ("label", "text", "sites"),
    [
        ("Class", "lay", 1),
        ("Class", "NET", 5),
        ("File", "lib/", 5),
        ("Search", "self.rate", 1),
        ("Search", "DRP101", 2),
        ("Search", "drp101 monte", 1),
        ("Search", "nn.dropout __init__", 1),
        ("Search", "nowhere", 0),
    ],
)
def test_texts_filter(draw: Draw, label: str, text: str, sites: int) -> None:
    drawn = draw(mixed())
    drawn.page.get_by_label(label, exact=True).fill(text)
    drawn.wait_for_count(f"Showing {sites} of 9")
    assert len(drawn.visible_sites()) == sites
    assert drawn.page.locator("#nothing").is_visible() is (sites == 0)


def test_filters_join(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.get_by_label("with findings").check()
    drawn.wait_for_count("Showing 3 of 9")
    drawn.page.get_by_label("File", exact=True).fill("lib")
    drawn.wait_for_count("Showing 1 of 9")
    assert "sticky-eval-probability" in drawn.visible_sites()[0]


def test_empty_folders_and_headings_go(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.get_by_label("Class", exact=True).fill("Layer")
    drawn.wait_for_count("Showing 1 of 9")
    assert (shown(drawn, "main h2")[:1], shown(drawn, "h3"), shown(drawn, "h4")) == (["The others"], ["lib/"], ["Layer"])


def test_a_filter_says_how_many_sites_of_a_class_it_shows(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.get_by_label("Search", exact=True).fill("self.rate")
    drawn.wait_for_count("Showing 1 of 9")
    assert shown(drawn, ".tally") == ["1 of 3 sites\n2 always on"]


def test_the_filter_is_in_the_address(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.get_by_label("always on").check()
    drawn.page.get_by_label("Search", exact=True).fill("0.1 & more")
    drawn.page.wait_for_function("() => location.hash.includes('text')")
    assert drawn.page.evaluate("location.hash") == "#behaviour=always+on&text=0.1+%26+more"
    again = draw(mixed(), address="#behaviour=always+on&text=monte")
    assert again.count == "Showing 1 of 9 sites and findings in 1 class"
    assert again.page.get_by_label("Search", exact=True).input_value() == "monte"


def test_names_are_offered(draw: Draw) -> None:
    drawn = draw(mixed())
    assert drawn.page.locator("datalist option").count() == 0
    drawn.page.get_by_label("Class", exact=True).focus()
    assert drawn.page.locator("#class-names option").evaluate_all("(all) => all.map((one) => one.value)") == [
        "Head",
        "Layer",
        "Net",
    ]


# The keyboard


def test_tab_goes_through_the_page_in_order(draw: Draw) -> None:
    drawn = draw(mixed())
    seen = []
    for _ in range(14):
        drawn.page.keyboard.press("Tab")
        seen.append(drawn.focused())
    assert seen[0] == "Skip to the sites"
    assert seen[1:8] == ["behaviour"] * 6 + ["findings"]
    assert seen[8:13] == ["text", "class", "file", "Expand all", "Collapse all"]
    assert seen[13].startswith("Net")


def test_the_skip_link_leads_to_the_sites(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.keyboard.press("Tab")
    drawn.page.keyboard.press("Enter")
    assert drawn.page.evaluate("document.activeElement.id") == "sites"


def test_arrow_keys_move_open_and_close(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.locator(".class > summary").first.focus()
    for key, start in (
        ("ArrowDown", "dropout p=0.1"),
        ("ArrowLeft", "Net"),
        ("ArrowLeft", "Net"),
        ("ArrowDown", "Net"),
        ("ArrowUp", "Net"),
        ("ArrowRight", "Net"),
        ("ArrowRight", "dropout p=0.1"),
        ("End", "nn.Dropout"),
        ("Home", "Net"),
    ):
        drawn.page.keyboard.press(key)
        assert drawn.focused().startswith(start), key
    assert drawn.page.locator(".class").first.evaluate("(one) => one.open")


def test_enter_opens_a_site(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.locator(".site > summary").first.focus()
    drawn.page.keyboard.press("Enter")
    drawn.page.locator(".finding").first.wait_for()


def test_a_slash_goes_to_the_search_and_is_a_slash_in_it(draw: Draw) -> None:
    drawn = draw(mixed())
    drawn.page.keyboard.press("/")
    assert drawn.focused() == "text"
    drawn.page.keyboard.type("lib/net")
    drawn.wait_for_count("Showing 5 of 9")


# For those who do not see it


def test_the_page_has_landmarks_a_live_count_and_names(draw: Draw) -> None:
    page = draw(mixed()).page
    for role in ("banner", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    assert page.get_by_role("search", name="Filter").count() == 1
    assert page.get_by_role("status").inner_text().startswith("Showing 9")
    assert page.get_by_role("group", name="Show only").get_by_role("checkbox").count() == 7
    assert page.get_by_role("img", name="In evaluation 3 drop, 3 off, 2 open").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_axe_finds_nothing(draw: Draw, width: int, dark: bool) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  (an extra)

    axe = Axe()
    # What axe puts into the page is not the page's own script.
    parts = draw(composed(), width=width, dark=dark, bypass=True)
    open_everything(parts)
    assert broken_rules(axe.run(parts.page)) == []
    drawn = draw(mixed(), width=width, dark=dark, bypass=True)
    open_everything(drawn)
    drawn.page.locator(".words summary").click()
    drawn.page.get_by_label("always on").check()
    drawn.page.get_by_label("inverted").check()
    drawn.wait_for_count("Showing 3 of 9")
    assert broken_rules(axe.run(drawn.page)) == []
    drawn.page.get_by_role("button", name="Clear filter").click()
    drawn.wait_for_count("Showing 9")
    assert broken_rules(axe.run(drawn.page)) == []


def broken_rules(result) -> list[tuple[str, list[str]]]:
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in result.response["violations"]]


@pytest.mark.parametrize("width", [320, 390, 800, 1400])
def test_nothing_is_wider_than_the_window(draw: Draw, width: int) -> None:
    for inventory in (mixed(), composed(), hostile()):
        drawn = draw(inventory, width=width)
        open_everything(drawn)
        assert drawn.page.evaluate("document.documentElement.scrollWidth") <= width


# What a scanned file can hold


def test_markup_in_any_text_stays_text(draw: Draw) -> None:
    drawn = draw(hostile())
    drawn.page.on("dialog", lambda dialog: drawn.problems.append("a script ran"))
    open_everything(drawn)
    said = HOSTILE.replace("\u202e", "\\u202e")
    assert said in shown(drawn, ".held")[0]
    assert shown(drawn, "h4") == ["Net", said, f"Of{said}"]
    assert said in shown(drawn, "h3")[0]
    assert any(said in text for text in shown(drawn, ".call"))
    assert any(said in text for text in shown(drawn, ".rows code"))
    assert any(said in text for text in shown(drawn, ".plus code"))
    assert drawn.page.locator("img").count() == 0
    assert drawn.page.locator("script").count() == 2


@pytest.mark.parametrize(
    ("attempt", "directive"),
    [
        ("document.body.innerHTML = '<b>x</b>'", TRUSTED),
        ("document.body.append(Object.assign(document.createElement('script'), { text: 'ran = 1' }))", TRUSTED),
        ("document.body.append(document.createElement('style'))", "style-src-elem"),
        ("document.body.setAttribute('onclick', 'ran = 1')", TRUSTED),
        ("document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/x.png' }))", "img-src"),
        ("fetch('http://127.0.0.1:9/')", "connect-src"),
    ],
)
def test_the_policy_lets_nothing_else_in(draw: Draw, attempt: str, directive: str) -> None:
    drawn = draw(mixed())
    drawn.page.evaluate(f"() => {{ try {{ {attempt} }} catch (error) {{}} }}")
    drawn.page.wait_for_function("() => violations.length")
    assert drawn.violations == [directive]
    assert drawn.page.evaluate("() => window.ran") is None
    # All this was meant to go wrong.
    drawn.page.evaluate("() => void violations.splice(0)")
    drawn.problems.clear()
    drawn.requests[1:] = []


# Many sites


def test_five_thousand_sites_are_built_when_they_are_opened(draw: Draw) -> None:
    drawn = draw(big())
    assert drawn.count == "Showing 5,000 sites in 1,000 classes"
    nodes = "document.getElementsByTagName('*').length"
    assert drawn.page.evaluate(nodes) < 25_000
    assert drawn.page.locator(".site").count() == 500
    assert drawn.page.locator(".rows").count() == 0


def test_five_thousand_sites_can_be_filtered_and_opened(draw: Draw) -> None:
    drawn = draw(big())
    drawn.page.get_by_label("Class", exact=True).fill("Layer77")
    drawn.wait_for_count("Showing 55 of 5,000 sites in 11 classes")
    assert len(drawn.visible_sites()) == 55
    drawn.page.get_by_role("button", name="Clear filter").click()
    drawn.wait_for_count("Showing 5,000")
    drawn.page.get_by_role("button", name="Expand all").click()
    drawn.page.wait_for_function("() => document.querySelectorAll('.site').length === 5000")
    last = drawn.page.locator(".site > summary").last
    last.click()
    drawn.page.locator("mark").last.wait_for()
    drawn.page.keyboard.press("Home")
    assert drawn.focused().startswith("Layer0")


# Paper


def test_what_is_printed_is_open(draw: Draw) -> None:
    drawn = draw(mixed(), dark=True)
    drawn.page.get_by_role("button", name="Collapse all").click()
    drawn.page.get_by_label("always on").check()
    drawn.wait_for_count("Showing 2 of 9")
    drawn.page.get_by_role("button", name="Collapse all").click()
    drawn.page.emulate_media(media="print")
    drawn.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(drawn.visible_sites()) == 2
    assert len(shown(drawn, ".finding")) == 2
    assert shown(drawn, ".fields, button, .keys") == []
    assert drawn.page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(28, 33, 40)"
    drawn.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert drawn.visible_sites() == []


def test_an_empty_inventory_is_a_page_too(draw: Draw) -> None:
    drawn = draw(Inventory((), 3))
    assert drawn.page.locator("h1").inner_text() == "No dropout found"


def test_a_clean_one_has_no_list_of_what_is_worth_a_look(draw: Draw) -> None:
    drawn = draw(Inventory((InventoryFile("net.py", (entry(1),)),), 1, sources={"net.py": source(1)}))
    assert shown(drawn, "main h2") == []
    assert not drawn.page.get_by_label("with findings").is_visible()
