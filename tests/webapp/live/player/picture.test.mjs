import assert from "node:assert/strict";
import { test } from "node:test";

import { Element, page } from "../../dom.mjs";
import { load } from "../../load.mjs";

const { Picture } = await load("webapp/live/player/player.js");

// A canvas that notes what is drawn on it.
function canvas(done) {
    const made = new Element("canvas");
    const note = (name) => (...given) => done.push([name, ...given]);
    const pen = { measureText: () => ({ width: 10 }) };
    for (const name of ["clearRect", "strokeRect", "fillRect", "fillText", "drawImage", "save", "restore", "setTransform"])
        pen[name] = note(name);
    return Object.assign(made, { getContext: () => pen, captureStream: (rate) => ({ of: made, rate }) });
}

function picture(t) {
    const { document, tick } = page(t);
    const done = { overlay: [], composed: [] };
    document.createElement = () => canvas(done.composed);
    const video = Object.assign(new Element("video"), { videoWidth: 1280, videoHeight: 960, clientWidth: 400, clientHeight: 300 });
    globalThis.devicePixelRatio = 2;
    t.after(() => delete globalThis.devicePixelRatio);
    const asked = [];
    const made = new Picture(video, canvas(done.overlay), (size, mirrored) => {
        asked.push([size, mirrored]);
        return [{ box: [1, 2, 3, 4], caption: "", colour: "green" }];
    });
    made.show({ active: true }, true);
    const names = (list) => list.map(([name]) => name);
    return { picture: made, video, asked, done, names, tick };
}

test("the overlay is drawn in the screen's own pixels", (t) => {
    const { picture: made, asked, done, names } = picture(t);
    made.frame();
    assert.deepEqual([made.canvas.width, made.canvas.height], [800, 600]);
    assert.deepEqual(asked, [[{ width: 800, height: 600 }, false]]);
    assert.deepEqual(names(done.overlay), ["clearRect", "strokeRect"]);
});

test("a snapshot is of the camera's own size, with the drawing, turned about as it is seen", (t) => {
    const { picture: made, video, asked, done } = picture(t);
    made.turn(true);
    assert.ok(video.classList.contains("mirrored"));
    const composed = made.compose();
    assert.deepEqual([composed.width, composed.height], [1280, 960]);
    assert.deepEqual(asked, [[{ width: 1280, height: 960 }, true]]);
    assert.deepEqual(done.composed.map(([name]) => name), ["save", "setTransform", "drawImage", "restore", "strokeRect"]);
    assert.deepEqual(done.composed[1].slice(1), [-1, 0, 0, 1, 1280, 0]);
});

test("over what the server drew nothing is drawn here", (t) => {
    const { picture: made, video, done } = picture(t);
    made.show(video.srcObject, false);
    assert.equal(made.canvas.hidden, true);
    made.compose();
    assert.ok(!done.composed.some(([name]) => name === "strokeRect"));
});

test("a recording is of picture and drawing, until it is over", (t) => {
    const { picture: made, done, tick } = picture(t);
    const { of, rate } = made.record();
    assert.equal(of.width, 1280);
    assert.equal(rate, 30);
    const before = done.composed.length;
    tick(1000);
    const during = done.composed.length;
    assert.ok(during > before);
    made.recorded();
    tick(1000);
    assert.equal(done.composed.length, during);
    made.show(made.video.srcObject, false);
    assert.equal(made.record(), made.video.srcObject, "of the video that came back, itself");
});

test("it plays once there is a picture", (t) => {
    const { picture: made, video } = picture(t);
    assert.equal(made.playing, true);
    video.videoWidth = 0;
    assert.equal(made.playing, false);
    made.show(null, true);
    assert.equal(made.playing, false);
    assert.equal(made.canvas.hidden, true);
});
