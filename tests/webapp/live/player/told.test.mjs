import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { load } from "../../load.mjs";

const { OVERLAP, SAMPLE_EVERY, TELL_EVERY, Told } = await load("webapp/live/player/player.js");

const FACE = { box: [10, 10, 20, 20], motion: [0, 0, 0, 0], rating: 3.4, label: "Sexy", refused: null, track: 1 };
const SIZE = { width: 100, height: 100 };
const WORDS = { numbered: ({ track }) => `face ${track}`, summary: (faces, brief) => `${faces.length}${brief ? " briefly" : ""}` };
let told;

beforeEach(() => (told = new Told()));

const faces = (time, more = {}) => ({ type: "faces", time, age: 0.04, ...SIZE, faces: [FACE], ...more });

test("of two messages that overtook each other the later counts", () => {
    told.hear(faces(2), 1, 0);
    told.hear(faces(1, { faces: [] }), 1, 10);
    assert.equal(told.faces.time, 2);
    told.hear(faces(2.1), 1, 20);
    assert.equal(told.faces.time, 2.1);
});

test("a new connection begins to count anew", () => {
    told.hear(faces(60), 1, 0);
    told.hear({ type: "hello", labels: ["Sexy", "Ugly"] }, 2, 10);
    assert.equal(told.faces, null);
    assert.equal(told.above, "Sexy");
    told.hear(faces(0.1), 2, 20);
    assert.equal(told.faces.time, 0.1);
});

test("of another source, faces of frames before are not shown", () => {
    told.hear(faces(1), 1, 0);
    told.switched(1000);
    assert.deepEqual(told.placed(SIZE, false, 0, 1000), []);
    told.hear(faces(2, { age: 0.15 }), 1, 1200, 0.1);
    assert.equal(told.faces, null, "captured 0.05 s before");
    told.hear(faces(2.2, { age: 0.05 }), 1, 1200, 0.1);
    assert.equal(told.faces.time, 2.2);
});

test("messages of unknown types are passed over", () => {
    told.hear({ type: "weather", state: "rain" }, 1, 0);
    assert.equal(told.state, null);
});

for (const [state, count] of [["live", 1], ["behind", 1], ["stopping", 1], ["silent", 0], ["waiting", 0], ["failed", 0]])
    test(`while the session is ${state}, ${count ? "its faces are shown" : "no face is"}`, () => {
        told.hear(faces(1), 1, 0);
        told.hear({ type: "state", state }, 1, 0);
        assert.equal(told.placed(SIZE, false, 0, 0).length, count);
    });

test("faces grow old by the clock, from when their message came", () => {
    told.hear(faces(1), 1, 1000);
    assert.equal(told.placed(SIZE, false, 0, 2000).length, 1);
    assert.equal(told.placed(SIZE, false, 0, 3000).length, 0);
    assert.equal(told.placed(SIZE, false, 2, 1000).length, 0, "its way was long");
});

test("where messages come seldom they hold for longer, but for no other connection's", () => {
    told.hear(faces(1), 1, 0);
    told.hear(faces(2), 1, 1000);
    assert.equal(told.placed(SIZE, false, 0, 3000).length, 1);
    assert.equal(told.placed(SIZE, false, 0, 4000).length, 0);
    told.hear(faces(9), 2, 8000);
    assert.equal(told.placed(SIZE, false, 0, 9000).length, 1);
    assert.equal(told.placed(SIZE, false, 0, 10000).length, 0);
});

test("latency is the messages' age and the way, or what drawing took and the way", () => {
    assert.equal(told.figure("overlay", 0.1, 0), null);
    told.hear({ type: "figures", fps: 9, latency: 0.3, load: 0.5, viewers: 1, max_viewers: 4 }, 1, 0);
    assert.equal(told.figure("overlay", 0.1, 0), null, "nothing was analysed yet");
    told.hear(faces(1, { age: 0.02 }), 1, 0);
    told.hear(faces(1.1, { age: 0.06 }), 1, 0);
    const figure = told.figure("overlay", 0.1, 0);
    assert.ok(Math.abs(figure.latency - 0.14) < 1e-9);
    assert.deepEqual([figure.faces, figure.fps, figure.max_viewers], [1, 9, 4]);
    assert.ok(Math.abs(told.figure("drawn", 0.1, 0).latency - 0.4) < 1e-9);
});

test("the chart is told once a second, of the last seconds, a few samples each", () => {
    for (let now = 0; now <= 8000; now += 50) told.hear(faces(now / 1000), 1, now);
    const news = told.tell(WORDS, 0, 8000);
    assert.equal(told.tell(WORDS, 0, 8000 + TELL_EVERY - 1), null);
    assert.ok(told.tell(WORDS, 0, 8000 + TELL_EVERY));
    const times = news.samples.map(([time]) => time);
    assert.equal(times.length, OVERLAP / SAMPLE_EVERY + 1);
    assert.deepEqual([times[0], times.at(-1), news.now], [3, 8, 8]);
    assert.deepEqual(news.samples[0][1], { 1: 3.4 });
    assert.deepEqual(news.faces, [{ number: 1, rated: true, text: "face 1" }]);
    assert.deepEqual([news.label, news.said], ["1", "1 briefly"]);
});

test("the chart is told of the threshold in use, and of no refused face as rated", () => {
    told.hear(faces(1, { faces: [{ ...FACE, rating: null, refused: "checking" }] }), 1, 0);
    told.hear({ type: "chosen", number: 1, threshold: 2.5 }, 1, 0);
    const news = told.tell(WORDS, 0, 0);
    assert.equal(news.threshold, 2.5);
    assert.deepEqual(news.faces.map(({ rated }) => rated), [false]);
    assert.deepEqual(news.samples, [[0, {}]]);
});

test("at the end the chart is told that no face is in view, not that nobody is in the picture", () => {
    assert.equal(told.over(0), null, "nothing was analysed");
    told.hear(faces(1), 1, 1000);
    const news = told.over(1100);
    assert.deepEqual([news.faces, news.label, news.said, news.now], [null, "", "", 1.1]);
    assert.deepEqual(news.samples, [[1, { 1: 3.4 }]]);
});
