import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { load } from "../../load.mjs";

const { AGAIN_AFTER, Choice } = await load("webapp/live/player/player.js");

let choice;

beforeEach(() => (choice = new Choice()));

test("a choice is told until the server goes by it", () => {
    choice.change({ threshold: 3 });
    const told = choice.message(0);
    assert.deepEqual(told, { version: 1, type: "choose", number: 1, threshold: 3 });
    assert.equal(choice.message(AGAIN_AFTER - 1), null);
    assert.deepEqual(choice.message(AGAIN_AFTER), told, "a channel may lose a message");
    choice.heard(1);
    assert.equal(choice.message(9 * AGAIN_AFTER), null);
});

test("what the server says of an older choice does not settle the newest", () => {
    choice.change({ threshold: 3 });
    choice.change({ threshold: 4 });
    choice.heard(1);
    assert.equal(choice.message(0).number, 2);
});

test("a choice that the server refuses is told no more", () => {
    choice.change({ detector: "unknown" });
    choice.heard();
    assert.equal(choice.message(0), null);
});

test("what stays the same is no new choice", () => {
    choice.change({ mirror: true, threshold: null });
    choice.heard(1);
    choice.change({ mirror: true });
    assert.deepEqual([choice.number, choice.message(0)], [1, null]);
});

test("a choice is whole, whatever changed last", () => {
    choice.change({ detector: "a", threshold: null });
    choice.change({ mirror: true });
    assert.deepEqual(choice.whole, { number: 2, detector: "a", threshold: null, mirror: true });
});
