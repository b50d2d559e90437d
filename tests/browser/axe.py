"""Asks axe-core for the faults of a page that shut people out: WCAG 2.2, levels A and AA.

axe-core is Deque's (MPL-2.0), fetched by tests.browser.install. It looks into shadow roots and, where its script is
there too, into frames.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
GRAVE = frozenset({"serious", "critical"})

RUN = """async tags => {
    const { violations } = await axe.run(document, {
        runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'],
    });
    const said = node => [...node.any, ...node.all, ...node.none].map(check => check.message);
    return violations.flatMap(rule => rule.nodes.map(node => ({
        rule: rule.id, impact: node.impact ?? rule.impact, target: node.target.flat().join(' >> '),
        html: node.html.slice(0, 240), found: [rule.help, ...said(node)].join('. '),
    })));
}"""

HEIGHT = """() => Math.max(innerHeight, ...[
    ...document.querySelectorAll('[data-testid=stMain], [data-testid=stSidebarContent]')
].map(one => innerHeight + one.scrollHeight - one.clientHeight))"""
"""Of a window in which nothing has to be scrolled, pixels. What is scrolled out of sight axe-core passes over."""

QUIET = 500
"""Milliseconds without a run after which none is on its way."""

STILL = """async quiet => {
    const state = () => document.querySelector('[data-testid=stApp]').dataset.testScriptState;
    for (let since = performance.now(); performance.now() - since < quiet; ) {
        if (state() !== 'notRunning') since = performance.now();
        await new Promise((go) => setTimeout(go, 20));
    }
    await document.fonts.ready;
    const ending = document.getAnimations().filter(
        one => one.playState === 'running' && one.effect.getTiming().iterations !== Infinity
    );
    // One whose element goes in the middle of it may never end.
    await Promise.race([
        Promise.allSettled(ending.map(one => one.finished)), new Promise((go) => setTimeout(go, 3000)),
    ]);
}"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One place that breaks a rule.

    rule: axe's name for it. impact: minor, moderate, serious or critical. target: selectors, that of the frame or of
    the shadow root's host first. html: how it begins. found: what was expected and what was measured.
    """

    rule: str
    impact: str
    target: str
    html: str
    found: str

    def __str__(self) -> str:
        return f"{self.rule} ({self.impact}) at {self.target}: {self.found}\n    {self.html}"


@functools.cache
def script(path: Path) -> str:
    """Its source."""
    return path.read_text(encoding="utf-8")


def settle(page: Page) -> None:
    """Wait until Streamlit's script has run and nothing moves or is faded; show all of the page at once."""
    _still(page)
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": page.evaluate(HEIGHT)})
    _still(page)


def grave_faults(page: Page, axe: Path) -> list[Fault]:
    """The serious and critical faults of what a page shows, frames and shadow roots included.

    Args:
        page: settled.
        axe: axe-core's script.
    """
    for frame in page.frames:
        frame.evaluate(script(axe))
    faults = [Fault(**fault) for fault in page.evaluate(RUN, list(TAGS))]
    return [fault for fault in faults if fault.impact in GRAVE]


def _still(page: Page) -> None:
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    page.evaluate(STILL, QUIET)
