import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../load.mjs";

const { AHEAD, ageOf, boxAfter, facesNow, marks, MAX_STALE, paint, STALE, staleAfter, strip } = await load("webapp/live/player/player.js");

const FACE = { box: [100, 50, 40, 60], motion: [100, -20, 10, 0], label: "Sexy", refused: null, track: 1 };
const MESSAGE = { age: 0.05, width: 640, height: 480, faces: [FACE] };
const COLOURS = { above: "green", below: "orange", plain: "grey" };
const WORDS = { caption: (face, numbered) => `${numbered ? face.track : ""}${face.label}` };

test("a message is as old as its way, its time on the server and its time here", () => {
    assert.ok(Math.abs(ageOf(MESSAGE, 0.1, 0.2) - 0.35) < 1e-9);
});

test("a box goes on as fast as it went, but not for long, and never backwards", () => {
    assert.deepEqual(boxAfter(FACE, 0.1), [110, 48, 41, 60]);
    assert.deepEqual(boxAfter(FACE, 5), boxAfter(FACE, AHEAD));
    assert.deepEqual(boxAfter(FACE, -1), FACE.box);
    assert.deepEqual(boxAfter({ box: [0, 0, 10, 10], motion: [0, 0, -100, 0] }, 0.3), [0, 0, 0, 10]);
    assert.deepEqual(boxAfter({ box: [1, 2, 3, 4] }, 0.3), [1, 2, 3, 4], "nothing is known of its motion");
});

test("boxes stand in the picture that is shown, of whatever size", () => {
    const [{ box, face }] = facesNow(MESSAGE, 0, { width: 1280, height: 960 });
    assert.deepEqual(box, [200, 100, 80, 120]);
    assert.equal(face, FACE);
});

test("in a mirror a box stands as far from the other side, and moves the other way", () => {
    const size = { width: 640, height: 480 };
    const left = (age) => facesNow(MESSAGE, age, size, true)[0].box[0];
    assert.equal(left(0), 640 - 100 - 40);
    assert.ok(left(0.1) < left(0));
});

test("a message that is too old says nothing, nor does none", () => {
    const size = { width: 640, height: 480 };
    assert.equal(facesNow(MESSAGE, STALE, size).length, 1);
    assert.deepEqual(facesNow(MESSAGE, STALE + 0.01, size), []);
    assert.deepEqual(facesNow(null, 0, size), []);
});

test("a slow server's message holds until the next one is overdue, and none for ever", () => {
    const size = { width: 640, height: 480 };
    assert.equal(facesNow(MESSAGE, 2, size, false, 1).length, 1);
    assert.equal(facesNow(MESSAGE, 3, size, false, 1).length, 0);
    assert.deepEqual([staleAfter(0), staleAfter(0.03), staleAfter(3600)], [STALE, STALE, MAX_STALE]);
});

test("colours are those of the labels, and plain without one", () => {
    const faces = [FACE, { ...FACE, label: "Ugly" }, { ...FACE, label: null }, { ...FACE, refused: "checking" }];
    const placed = faces.map((face) => ({ face, box: face.box }));
    assert.deepEqual(marks(placed, WORDS, COLOURS, "Sexy").map(({ colour }) => colour), ["green", "orange", "grey", "grey"]);
});

test("numbers stand at faces only where there are several", () => {
    const one = { face: FACE, box: FACE.box };
    assert.equal(marks([one], WORDS, COLOURS, "Sexy")[0].caption, "Sexy");
    assert.equal(marks([one, one], WORDS, COLOURS, "Sexy")[0].caption, "1Sexy");
});

test("a caption stands above its box, below the picture's edge, and inside its sides", () => {
    assert.deepEqual(strip([100, 50], 80, 20, 640), [100, 20, 90, 30]);
    assert.deepEqual(strip([100, 10], 80, 20, 640), [100, 10, 90, 30]);
    assert.deepEqual(strip([100, -10], 80, 20, 640), [100, 0, 90, 30]);
    assert.deepEqual(strip([600, 50], 80, 20, 640)[0], 550);
    assert.deepEqual(strip([-30, 50], 80, 20, 640)[0], 0);
    assert.deepEqual(strip([10, 50], 800, 20, 640)[0], 0, "too long for the picture");
});

test("each mark is a box, and a strip with its caption where there is one", () => {
    const done = [];
    const pen = {
        strokeRect: (...box) => done.push(["box", pen.strokeStyle, ...box]),
        fillRect: (...box) => done.push(["strip", pen.fillStyle, ...box]),
        fillText: (text) => done.push(["text", pen.fillStyle, text]),
        measureText: (text) => ({ width: 10 * text.length }),
    };
    const drawn = [{ box: [10, 100, 50, 60], caption: "Sexy", colour: "green" }, { box: [1, 2, 3, 4], caption: "", colour: "grey" }];
    paint(pen, drawn, { width: 640, height: 480 }, "black");
    assert.deepEqual(done, [
        ["box", "green", 10, 100, 50, 60],
        ["strip", "green", 10, 70, 50, 30],
        ["text", "black", "Sexy"],
        ["box", "grey", 1, 2, 3, 4],
    ]);
    assert.match(pen.font, /\b20px\b/);
    paint(pen, [], { width: 200, height: 150 }, "black", 13);
    assert.match(pen.font, /\b13px\b/, "no smaller than can be read");
});
