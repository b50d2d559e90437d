import assert from "node:assert/strict";
import { test } from "node:test";

import { page, settled, Track } from "../../dom.mjs";
import { load } from "../../load.mjs";

const { Camera, constraints, FULL, mirrors, scaleOf } = await load("webapp/live/player/player.js");

const CAMERA = { source: "device:a", quality: 480 };
const OTHER = { source: "device:b", quality: 480 };

// A camera whose source `a` is on. gives: what the browser answers to who asks, by its number of times asked.
function camera(t, gives = () => new Track()) {
    const seen = { asked: [], failed: [], told: 0, sent: [], lost: 0 };
    const getUserMedia = async ({ video }) => {
        seen.asked.push(video.deviceId.exact);
        const track = gives(seen.asked.length);
        return { getVideoTracks: () => [track] };
    };
    page(t, { navigator: { mediaDevices: { getUserMedia } } });
    const film = { open: async () => new Track("film"), resize: (quality) => (seen.resized = quality), close() {} };
    const made = new Camera(film, {
        changed: () => (seen.told += 1),
        replaced: async (track, scale) => seen.sent.push([track, scale]),
        failed: (name) => seen.failed.push(name),
        lost: () => (seen.lost += 1),
    });
    const before = new Track("before", { width: 1280, height: 960 });
    made.wanted = { ...CAMERA };
    made.hold(CAMERA, before);
    return { camera: made, seen, before };
}

function error(name) {
    throw new DOMException("as the browser says it", name);
}

test("a camera is asked for more than the server gets, where the viewer sees its own picture", () => {
    assert.deepEqual(constraints(CAMERA, true).width, { ideal: FULL[0] });
    assert.deepEqual(constraints(CAMERA, false).width, { ideal: 640 });
    assert.deepEqual(constraints({ source: "back", quality: 360 }).facingMode, { ideal: "environment" });
});

test("what is sent is as large as was chosen, whichever way up, and never larger than the picture", () => {
    const scale = (width, height, quality) => scaleOf({ source: "camera", quality }, new Track("", { width, height }));
    assert.equal(scale(1280, 960, 480), 2);
    assert.equal(scale(960, 1280, 480), 2);
    assert.equal(scale(1920, 1080, 720), 2);
    assert.equal(scale(320, 240, 720), 1);
    assert.equal(scaleOf(CAMERA, null), 1);
    const late = new Track("film", { width: 960, height: 720 });
    assert.equal(scaleOf({ source: "demo", quality: 360 }, late), 1, "its size is the one that is chosen already");
});

test("people see themselves as in a mirror, but not what lies before them", () => {
    assert.equal(mirrors("camera", new Track()), true);
    assert.equal(mirrors("demo"), false);
    assert.equal(mirrors("back"), false);
    assert.equal(mirrors("device:a", new Track("", { facingMode: "environment" })), false);
});

test("another source goes into the same connection, and the one before is let go", async (t) => {
    const { camera: made, seen, before } = camera(t);
    await made.choose({ source: "device:b" });
    assert.deepEqual(seen.asked, ["b"]);
    assert.deepEqual(seen.sent, [[made.track, 1]]);
    assert.equal(made.given.source, "device:b");
    assert.equal(before.readyState, "ended");
    assert.deepEqual(seen.failed, []);
});

test("another quality changes what is sent, and the picture only where it comes back", async (t) => {
    const { camera: made, seen, before } = camera(t);
    await made.choose({ quality: 360 });
    assert.deepEqual(before.asked, []);
    assert.equal(seen.sent.at(-1)[1], 1280 / 480);
    await made.show(false);
    assert.deepEqual(before.asked, [constraints({ ...CAMERA, quality: 360 })]);
    await made.choose({ quality: 720 });
    assert.deepEqual(before.asked.at(-1), constraints({ ...CAMERA, quality: 720 }));
    await made.choose({ source: "demo" });
    await made.choose({ quality: 360 });
    assert.equal(seen.resized, 360);
});

test("what is chosen while a change is under way comes after it", async (t) => {
    const { camera: made, seen } = camera(t);
    for (const source of ["device:b", "device:c", "device:d"]) made.choose({ source });
    await settled();
    assert.deepEqual(seen.asked, ["b", "d"]);
    assert.equal(made.given.source, "device:d");
});

test("a camera that cannot be had is told, and what was given stays chosen", async (t) => {
    const { camera: made, seen, before } = camera(t, () => error("NotAllowedError"));
    await made.choose({ source: "device:b" });
    assert.deepEqual(seen.failed, ["NotAllowedError"]);
    assert.deepEqual(made.wanted, CAMERA);
    assert.equal(before.readyState, "live");
});

test("a choice made while a camera fails is not lost", async (t) => {
    const { camera: made, seen } = camera(t, (asked) => (asked === 1 ? error("NotAllowedError") : new Track()));
    for (const source of ["device:b", "device:c"]) made.choose({ source });
    await settled();
    assert.deepEqual([seen.asked, seen.failed], [["b", "c"], ["NotAllowedError"]]);
    assert.equal(made.given.source, "device:c");
});

test("nothing is turned on before it is opened, nor after it is closed", async (t) => {
    const { camera: made, seen, before } = camera(t);
    made.close();
    assert.equal(before.readyState, "ended");
    await made.choose({ source: "device:b" });
    assert.deepEqual(seen.asked, []);
    await made.open();
    assert.deepEqual(seen.asked, ["b"]);
    await made.open();
    assert.deepEqual(seen.asked, ["b"], "it is on");
});

test("STOP while another source is being opened leaves neither on", async (t) => {
    const late = new Track("late");
    const { camera: made, before } = camera(t, () => late);
    const choosing = made.choose({ source: "device:b" });
    made.close();
    await choosing;
    assert.deepEqual([late.readyState, before.readyState], ["ended", "ended"]);
    assert.equal(made.track, null);
});

for (const name of ["NotReadableError", "AbortError"])
    test(`where a phone gives one camera at a time (${name}), the first is let go for the other`, async (t) => {
        const { camera: made, seen, before } = camera(t, (times) => (times === 1 ? error(name) : new Track("second")));
        await made.choose({ source: "device:b" });
        assert.deepEqual(seen.asked, ["b", "b"]);
        assert.equal(before.readyState, "ended");
        assert.equal(made.track.name, "second");
        assert.deepEqual(seen.failed, []);
    });

test("and where the other cannot be had even then, the first comes back", async (t) => {
    const faults = ["NotReadableError", "OverconstrainedError"];
    const { camera: made, seen } = camera(t, (times) => (times < 3 ? error(faults[times - 1]) : new Track("again")));
    await made.choose({ source: "device:b" });
    assert.deepEqual(seen.asked, ["b", "b", "a"]);
    assert.deepEqual(seen.failed, ["NotReadableError"]);
    assert.equal(made.track.name, "again");
    assert.deepEqual(made.wanted, CAMERA);
});

test("beside the film nothing is let go for a camera that is in use elsewhere", async (t) => {
    const { camera: made, seen } = camera(t, () => error("NotReadableError"));
    await made.choose({ source: "demo" });
    await made.choose(OTHER);
    assert.deepEqual(seen.asked, ["b"]);
    assert.equal(made.given.source, "demo");
    assert.equal(made.track.readyState, "live");
});

test("without HTTPS there is no camera, and the reason has a name", async (t) => {
    const { camera: made } = camera(t);
    globalThis.navigator.mediaDevices = undefined;
    made.close();
    await assert.rejects(made.open(), { name: "insecure" });
});

test("that the camera was unplugged is told, but not that of one that is no longer on", async (t) => {
    const { camera: made, seen, before } = camera(t);
    await made.choose({ source: "device:b" });
    before.dispatchEvent(new Event("ended"));
    assert.equal(seen.lost, 0);
    made.track.dispatchEvent(new Event("ended"));
    assert.equal(seen.lost, 1);
});
