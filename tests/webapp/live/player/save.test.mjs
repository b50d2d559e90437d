import assert from "node:assert/strict";
import { test } from "node:test";

import { Element, page } from "../../dom.mjs";
import { load } from "../../load.mjs";

const { Recording, snapshot } = await load("webapp/live/player/player.js");

const STREAM = {};
// Nine hours ahead of Greenwich: the day is another there.
process.env.TZ = "Asia/Tokyo";
const NOW = Date.UTC(2026, 0, 31, 15, 4, 5);
const NAME = "fairest-2026-02-01-000405";

// A recorder that the test gives data.
function recorder(t, supported = () => true) {
    const made = [];
    class MediaRecorder extends EventTarget {
        static isTypeSupported = supported;
        state = "recording";

        constructor(stream, options) {
            super();
            made.push(Object.assign(this, { stream, options }));
        }

        start(slice) {
            this.slice = slice;
        }

        give(...parts) {
            for (const part of parts)
                this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob([part]) }));
        }

        stop() {
            this.state = "inactive";
            this.dispatchEvent(new Event("stop"));
        }
    }
    return { made, around: page(t, { now: NOW, MediaRecorder }) };
}

test("a snapshot is a picture, named by the viewer's own time", async (t) => {
    const { made } = page(t, { now: NOW });
    assert.equal(await snapshot(new Element("canvas")), `${NAME}.png`);
    const [link] = made;
    assert.equal(link.download, `${NAME}.png`);
    assert.match(link.href, /^blob:/);
    assert.equal(link.clicks, 1);
});

test("where the browser gives no picture nothing is saved", async (t) => {
    const { made } = page(t);
    t.mock.method(Element.prototype, "toBlob", (done) => done(null));
    await assert.rejects(snapshot(new Element("canvas")), { name: "SaveError" });
    assert.deepEqual(made, []);
});

test("a recording is saved whole once it is stopped, and once only", async (t) => {
    const { made, around } = recorder(t);
    const saved = [];
    const recording = new Recording(STREAM, (...told) => saved.push(told));
    made[0].give("first", "", "second");
    assert.deepEqual(saved, []);
    recording.stop();
    recording.stop();
    assert.deepEqual(saved, [[`${NAME}.webm`]]);
    const [link] = around.made;
    assert.equal(link.download, `${NAME}.webm`);
    const blob = await (await fetch(link.href)).blob();
    assert.equal(await blob.text(), "firstsecond");
    assert.equal(blob.type, "video/webm");
});

test("a recording without data is no file", (t) => {
    const { made, around } = recorder(t);
    const saved = [];
    const recording = new Recording(STREAM, (...told) => saved.push(told));
    made[0].give("", "");
    recording.stop();
    assert.deepEqual(saved, [[undefined]]);
    assert.deepEqual(around.made, []);
});

test("the kind is the first that the browser can record", (t) => {
    const { made } = recorder(t, (kind) => kind === "video/mp4");
    const saved = [];
    const recording = new Recording(STREAM, (name) => saved.push(name));
    assert.equal(made[0].options.mimeType, "video/mp4");
    made[0].give("data");
    recording.stop();
    assert.deepEqual(saved, [`${NAME}.mp4`]);
});

test("a recording's time is minutes and seconds", (t) => {
    const { around } = recorder(t);
    const recording = new Recording(STREAM, () => {});
    const times = [0, 9_999, 50_001, 3_600_000].map((ms) => {
        around.tick(ms);
        return recording.time;
    });
    assert.deepEqual(times, ["0:00", "0:09", "1:00", "61:00"]);
});
