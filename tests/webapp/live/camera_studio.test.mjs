import assert from "node:assert/strict";
import { test } from "node:test";

import { page, settled, Track } from "../dom.mjs";
import { load } from "../load.mjs";

const { constraints, GRACE, patient, Studio } = await load("webapp/live/camera.js");

const CAMERA = { source: "device:a", quality: 480 };
const OTHER = { source: "device:b", quality: 480 };

class Connection extends EventTarget {
    connectionState = "connecting";

    to(state) {
        this.connectionState = state;
        this.dispatchEvent(new Event("connectionstatechange"));
    }
}

// A connection as the library listens to it, and the states that it was told.
function listened(t) {
    const { tick } = page(t);
    class Patient extends Connection {}
    patient(Patient.prototype);
    const connection = new Patient();
    const told = [];
    connection.addEventListener("connectionstatechange", () => told.push(connection.connectionState));
    return { connection, told, tick };
}

// Live with the camera `a`. gives: what the browser answers to who asks for a camera, by its number of times asked.
function live(t, gives = () => new Track()) {
    page(t);
    const seen = { asked: [], failed: [], told: 0, held: [new Track("before")], replaced: [] };
    const film = { open: async () => new Track("film"), resize: (quality) => (seen.resized = quality), close() {} };
    const studio = new Studio(film, () => (seen.told += 1), (name) => seen.failed.push(name));
    studio.real = async (asked) => {
        seen.asked.push(asked.video.deviceId.exact);
        const track = gives(seen.asked.length, asked);
        return { getVideoTracks: () => [track] };
    };
    studio.wanted = { ...CAMERA };
    studio.hold(CAMERA, seen.held[0]);
    studio.ring({
        connection: new Connection(),
        sender: { replaceTrack: async (track) => seen.replaced.push(track) },
        stream: {
            removeTrack: (track) => seen.held.splice(seen.held.indexOf(track), 1),
            addTrack: (track) => seen.held.push(track),
        },
    });
    return { studio, seen, before: seen.held[0] };
}

function error(name) {
    throw new DOMException("as the browser says it", name);
}

for (const state of ["failed", "disconnected"]) {
    test(`a connection that is ${state} for a moment is not given up`, (t) => {
        const { connection, told, tick } = listened(t);
        connection.to(state);
        tick(GRACE - 1);
        connection.to("connected");
        tick(GRACE);
        assert.deepEqual(told, ["connected"]);
    });

    test(`a connection that stays ${state} is given up`, (t) => {
        const { connection, told, tick } = listened(t);
        connection.to(state);
        tick(GRACE - 1);
        assert.deepEqual(told, []);
        tick(1);
        assert.deepEqual(told, [state]);
    });
}

test("a connection that was closed meanwhile is told no more", (t) => {
    const { connection, told, tick } = listened(t);
    connection.to("failed");
    connection.connectionState = "closed";
    tick(GRACE);
    assert.deepEqual(told, []);
});

test("other events of a connection come at once, whatever its state", (t) => {
    const { connection } = listened(t);
    connection.connectionState = "failed";
    let told = 0;
    connection.addEventListener("track", () => (told += 1));
    connection.dispatchEvent(new Event("track"));
    assert.equal(told, 1);
});

test("another camera goes into the same connection, and the one before is let go", async (t) => {
    const { studio, seen, before } = live(t);
    studio.choose({ source: "device:b" });
    await settled();
    assert.deepEqual(seen.asked, ["b"]);
    assert.deepEqual(seen.held, seen.replaced);
    assert.equal(studio.given.source, "device:b");
    assert.equal(before.readyState, "ended");
    assert.deepEqual(seen.failed, []);
});

test("another quality asks the camera that is on, and resizes the film", async (t) => {
    const { studio, seen, before } = live(t);
    studio.choose({ quality: 720 });
    await settled();
    assert.deepEqual(before.asked, [constraints({ ...CAMERA, quality: 720 })]);
    assert.equal(studio.given.quality, 720);
    assert.deepEqual(seen.asked, []);
    studio.choose({ source: "demo" });
    await settled();
    studio.choose({ quality: 360 });
    await settled();
    assert.equal(seen.resized, 360);
    assert.equal(studio.given.track.name, "film");
});

test("what is chosen while a change is under way comes after it", async (t) => {
    const { studio, seen } = live(t);
    studio.choose({ source: "device:b" });
    studio.choose({ source: "device:c" });
    studio.choose({ source: "device:d" });
    await settled();
    assert.deepEqual(seen.asked, ["b", "d"]);
    assert.equal(studio.given.source, "device:d");
});

test("a camera that cannot be had is told, and what was given stays chosen", async (t) => {
    const { studio, seen, before } = live(t, () => error("NotAllowedError"));
    studio.choose({ source: "device:b" });
    await settled();
    assert.deepEqual(seen.failed, ["NotAllowedError"]);
    assert.deepEqual(studio.wanted, CAMERA);
    assert.deepEqual(seen.asked, ["b"]);
    assert.equal(before.readyState, "live");
});

test("nothing is changed where there is no connection", async (t) => {
    const { studio, seen } = live(t);
    studio.call.connection.connectionState = "closed";
    studio.choose({ source: "device:b" });
    await settled();
    assert.deepEqual(seen.asked, []);
    assert.equal(studio.wanted.source, "device:b");
});

for (const name of ["NotReadableError", "AbortError"])
    test(`where a phone gives one camera at a time (${name}), the first is let go for the other`, async (t) => {
        const { studio, seen, before } = live(t, (times) => (times === 1 ? error(name) : new Track("second")));
        studio.choose({ source: "device:b" });
        await settled();
        assert.deepEqual(seen.asked, ["b", "b"]);
        assert.equal(before.readyState, "ended");
        assert.equal(studio.given.track.name, "second");
        assert.deepEqual(seen.failed, []);
    });

test("and where the other cannot be had even then, the first comes back", async (t) => {
    const faults = ["NotReadableError", "OverconstrainedError"];
    const gives = (times) => (times < 3 ? error(faults[times - 1]) : new Track("again"));
    const { studio, seen } = live(t, gives);
    studio.choose({ source: "device:b" });
    await settled();
    assert.deepEqual(seen.asked, ["b", "b", "a"]);
    assert.deepEqual(seen.failed, ["NotReadableError"]);
    assert.equal(studio.given.track.name, "again");
    assert.deepEqual(studio.wanted, CAMERA);
    assert.deepEqual(seen.held.map((track) => track.name), ["again"]);
});

test("beside the film nothing is let go for a camera that is in use elsewhere", async (t) => {
    const { studio, seen } = live(t, () => error("NotReadableError"));
    studio.choose({ source: "demo" });
    await settled();
    studio.choose(OTHER);
    await settled();
    assert.deepEqual(seen.asked, ["b"]);
    assert.equal(studio.given.source, "demo");
    assert.equal(studio.given.track.readyState, "live");
});

test("the library gets the camera that is on, if it is the one that is wanted", async (t) => {
    const { studio, seen, before } = live(t);
    const window = { MediaStream: class { constructor(tracks) { this.tracks = tracks; } } };
    assert.deepEqual((await studio.take(window, studio.real)).tracks, [before]);
    before.stop();
    const taken = studio.take(window, studio.real);
    assert.equal(studio.taking, true);
    const [track] = (await taken).tracks;
    assert.notEqual(track, before);
    assert.deepEqual(seen.asked, ["a"]);
    assert.equal(studio.taking, false);
    assert.equal(studio.call, null);
});

test("a camera that is refused is refused to the library, and the question is over", async (t) => {
    const { studio } = live(t, () => error("NotAllowedError"));
    studio.wanted = { ...OTHER };
    await assert.rejects(studio.take({}, studio.real), { name: "NotAllowedError" });
    assert.equal(studio.taking, false);
    await assert.rejects(studio.take({}, undefined), { name: "NotAllowedError" });
});

test("a camera that was unplugged is told while the video runs, and can be changed", async (t) => {
    const { studio, seen, before } = live(t);
    before.stop();
    before.dispatchEvent(new Event("ended"));
    assert.deepEqual(seen.failed, ["AbortError"]);
    assert.equal(studio.live, true);
    studio.choose({ source: "device:b" });
    await settled();
    assert.equal(studio.given.source, "device:b");
});
