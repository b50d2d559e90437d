import assert from "node:assert/strict";
import { test } from "node:test";

import { page, Root } from "../dom.mjs";
import { load } from "../load.mjs";

const { default: mount, BETWEEN, GAP, Meter, READ_EVERY } = await load("webapp/live/meter.js");

const TEXTS = { title: "Rating", above: "above", below: "below", nobody: "Nobody.", now: "now" };
const DATA = { seconds: 30, texts: TEXTS };
const NEWS = { now: 100, samples: [], threshold: 3, faces: [], said: "", label: "" };

// The chart on a page, 340 pixels wide, whose animation frames the test calls.
function meter(t, { still = false } = {}) {
    const frames = [];
    class ResizeObserver {
        observe(element) {
            element.clientWidth = 340;
        }

        disconnect() {}
    }
    const { document, tick } = page(t, {
        ResizeObserver,
        matchMedia: () => ({ matches: still }),
        requestAnimationFrame: (call) => frames.push(call),
    });
    const root = new Root();
    const leave = mount({ parentElement: root, data: DATA });
    const tell = (news) => document.dispatchEvent(new CustomEvent("fairest-faces", { detail: { ...NEWS, ...news } }));
    const find = (name) => root.querySelector(name);
    return {
        find,
        leave,
        tell,
        tick,
        document,
        frame: (now) => frames.splice(0).forEach((call) => call(now)),
        paths: () => find(".lines").children.map(({ attributes }) => attributes.d),
        names: () => find(".names").children.map(({ textContent }) => textContent),
    };
}

// Samples of one face, at these times.
const samples = (...times) => times.map((time) => [time, { 1: 3 }]);
const points = (path) => path.match(/[ML]/g).join("");

test("samples that come again, or late, are drawn once and in order", (t) => {
    const { tell, paths } = meter(t);
    tell({ samples: samples(99, 99.5) });
    tell({ now: 100.5, samples: samples(98.5, 99, 99.5, 100) });
    assert.equal(points(paths()[0]), "MLL");
    const across = paths()[0].match(/[\d.]+(?= )/g).map(Number);
    assert.deepEqual(across, across.toSorted((a, b) => a - b));
    tell({ now: 100.7, samples: samples(99.7) });
    assert.equal(points(paths()[0]), "MLL");
});

test("a line has a gap where its face had no rating, and only there", (t) => {
    const { tell, paths } = meter(t);
    tell({ samples: samples(97, 97 + GAP - 0.01, 99, 99.5) });
    assert.equal(points(paths()[0]), "MLML");
});

test("each face has its line, and its number at the end while it is there", (t) => {
    const { tell, paths, names } = meter(t);
    tell({ now: 100, samples: [[90, { 1: 4, 2: 2 }], [98, { 2: 2, 7: 4 }], [98.5, { 2: 2, 7: 4 }]] });
    assert.equal(paths().length, 3);
    assert.deepEqual(names(), ["7", "2"]);
});

test("numbers of faces rated alike do not lie on each other", (t) => {
    const { find, tell } = meter(t);
    tell({ samples: [[98.5, { 1: 3, 2: 3, 3: 3.01 }]] });
    const heights = find(".names").children.map(({ attributes }) => Number(attributes.y)).sort((a, b) => a - b);
    assert.equal(heights.length, 3);
    assert.ok(heights[1] - heights[0] >= 12 && heights[2] - heights[1] >= 12, String(heights));
});

test("what is older than the chart is forgotten", (t) => {
    const { tell, paths } = meter(t);
    tell({ now: 100, samples: samples(99, 99.5) });
    tell({ now: 99.5 + 30 + 1.3, samples: [] });
    assert.equal(points(paths()[0]), "M");
    tell({ now: 140, samples: samples(139) });
    assert.equal(points(paths()[0]), "M");
});

test("the quickest of the news sets the clock: one that is late moves nothing back", (t) => {
    const { paths, tell, tick } = meter(t);
    tell({ now: 100, samples: samples(98) });
    const [before] = paths();
    tick(2000);
    tell({ now: 100.5, samples: samples(98) });
    const moved = Number(before.slice(1).split(" ")[0]) - Number(paths()[0].slice(1).split(" ")[0]);
    assert.ok(Math.abs(moved - (2 / 30) * 300) < 0.2, String(moved));
});

test("it moves on between the news, not too often", (t) => {
    const drawn = t.mock.method(Meter.prototype, "draw");
    const { frame } = meter(t);
    const before = drawn.mock.callCount();
    for (let now = 1000; now <= 1000 + 4 * BETWEEN; now += BETWEEN / 5) frame(now);
    assert.equal(drawn.mock.callCount() - before, 5);
});

test("who wants no motion sees it move by the news only", (t) => {
    const drawn = t.mock.method(Meter.prototype, "draw");
    const { frame, tell } = meter(t, { still: true });
    const before = drawn.mock.callCount();
    for (let now = 1000; now < 3000; now += BETWEEN) frame(now);
    assert.equal(drawn.mock.callCount(), before);
    tell({ threshold: null });
    assert.equal(drawn.mock.callCount(), before + 1);
});

test("readers hear what is new, at most once in five seconds", (t) => {
    const { find, tell, tick } = meter(t);
    const said = find(".said");
    tell({ said: "one face" });
    assert.equal(said.textContent, "one face");
    tick(READ_EVERY - 1);
    tell({ said: "two faces" });
    assert.equal(said.textContent, "one face");
    tick(1);
    tell({ said: "three faces" });
    assert.equal(said.textContent, "three faces");
});

test("the list names the faces, or says that there is none", (t) => {
    const { find, tell } = meter(t);
    const list = () => find(".faces").children.map(({ textContent }) => textContent);
    tell({ faces: [] });
    assert.deepEqual(list(), ["Nobody."]);
    tell({ faces: [{ number: 1, rated: true, text: "1: 3.4" }, { number: 2, rated: false, text: "2: too small" }] });
    assert.deepEqual(list(), ["1: 3.4", "2: too small"]);
    const [first, second] = find(".faces").children;
    assert.notEqual(first.style["--line"], "transparent");
    assert.equal(second.style["--line"], "transparent");
    tell({ faces: [{ number: 1, rated: true, text: "1: 3.4" }, { number: 2, rated: false, text: "2: too small" }] });
    assert.equal(find(".faces").children[0], first);
});

test("news of a page that was left, or of a tab in the background, draw nothing", (t) => {
    const { document, leave, paths, tell } = meter(t);
    document.hidden = true;
    tell({ samples: samples(99) });
    assert.deepEqual(paths(), []);
    document.hidden = false;
    leave();
    tell({ samples: samples(99.5) });
    assert.deepEqual(paths(), []);
});

test("once the video has ended nobody is listed or announced", (t) => {
    const { find, tell } = meter(t);
    tell({ faces: [{ number: 1, rated: true, text: "Face 1" }], said: "one face", label: "one face, rated" });
    assert.deepEqual(find(".faces").children.map(({ textContent }) => textContent), ["Face 1"]);
    assert.equal(find(".chart").attributes["aria-label"], "one face, rated");
    tell({ faces: [], said: "one face" });
    assert.deepEqual(find(".faces").children.map(({ textContent }) => textContent), [TEXTS.nobody]);
    tell({ faces: null });
    assert.deepEqual(find(".faces").children, []);
    assert.equal(find(".said").textContent, "", "at once");
    assert.equal(find(".chart").attributes["aria-label"], TEXTS.title);
});
