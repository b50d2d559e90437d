import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Element, page, pretend, Root, settled, Track } from "../../dom.mjs";
import { load } from "../../load.mjs";
import { answer, MediaStream, Peer, refusal } from "./rtc.mjs";

const { EVERY, MEMORY, Player } = await load("webapp/live/player/player.js");

const sentences = new Proxy({}, { get: (_, name) => String(name) });
const DATA = {
    url: "/live/offer",
    ice_servers: [],
    language: "en",
    choice: { detector: "d", classifier: "c", threshold: null, confidence: null },
    colours: {},
    texts: sentences,
    errors: { NotAllowedError: "Allow it.", NotReadableError: "Unreadable.", SaveError: "Not saved.", AbortError: "Unplugged.", WebRTCError: "No WebRTC.", insecure: "No HTTPS." },
    notices: sentences,
    words: { reasons: {}, advice: {}, found: { one: "{n} face", other: "{n} faces" }, face: "{number}: {text}", nobody: "Nobody." },
    film: "",
    credit_url: "",
};
const FACE = { box: [0, 0, 9, 9], motion: [0, 0, 0, 0], rating: 3, label: "Sexy", probability: 0.8, refused: null, track: 1 };
const FACES = { type: "faces", time: 1, age: 0, width: 100, height: 100, faces: [FACE] };

beforeEach(() => {
    delete globalThis[MEMORY];
    Peer.made = [];
});

// A player on a page. gives: tracks, or throws, when asked for a camera. replies: of the server, in turn.
function player(t, { gives = () => new Track("camera", { deviceId: "a" }), replies = [answer()], ...names } = {}) {
    const asked = [];
    const mediaDevices = Object.assign(new EventTarget(), {
        enumerateDevices: async () => [],
        getUserMedia: async () => ({ getVideoTracks: (track = gives()) => [track] }),
    });
    const around = page(t, {
        RTCPeerConnection: Peer,
        MediaStream,
        navigator: { mediaDevices },
        requestAnimationFrame() {},
        addEventListener() {},
        removeEventListener() {},
        ...names,
    });
    pretend(t, {
        fetch: async (url, request) => {
            asked.push({ url, method: request.method, body: request.body && JSON.parse(request.body) });
            return request.method === "POST" ? (replies.shift() ?? answer()) : {};
        },
    });
    const root = new Root();
    const made = new Player(root);
    const visit = made.attach(DATA);
    t.after(() => clearInterval(made.timer));
    const find = (name) => root.querySelector(name);
    const wait = (ms) => {
        for (let past = 0; past < ms; past += EVERY) around.tick(EVERY);
    };
    const press = async () => {
        find(".call").click();
        await settled();
    };
    const live = async () => {
        await press();
        Peer.made.at(-1).to("connected");
    };
    return { player: made, visit, find, wait, press, live, asked, ...around };
}

test("START leads to a connection, and STOP lets camera, connection and session go", async (t) => {
    const { player: made, find, live, press, asked } = player(t);
    assert.equal(find(".call").textContent, "start");
    await live();
    assert.equal(find(".call").textContent, "stop");
    assert.deepEqual(asked[0].body.choice, { number: 2, ...DATA.choice, language: "en", mirror: true });
    const { track } = made.camera;
    assert.deepEqual(find(".picture").srcObject.tracks, [track], "the camera's own picture");
    await press();
    assert.equal(track.readyState, "ended");
    assert.equal(Peer.made[0].closed, true);
    assert.deepEqual(asked.at(-1), { url: "/live/offer/one", method: "DELETE", body: undefined });
    assert.equal(find(".picture").srcObject, null);
});

test("STOP tells the chart that nobody is in view any more", async (t) => {
    const { player: made, live, press } = player(t);
    const news = [];
    document.addEventListener("fairest-faces", ({ detail }) => news.push(detail));
    await live();
    made.hear({ type: "faces", time: 1, age: 0, width: 640, height: 480, faces: [] });
    await press();
    assert.equal(news.at(-1).faces, null);
});

test("once faces were seen, a silent server is asked whether it still has the session", async (t) => {
    const { live, wait, asked } = player(t);
    await live();
    wait(5000);
    assert.equal(asked.length, 1, "only the offer");
    Peer.made[0].hear(FACES);
    wait(5000);
    assert.ok(asked.some(({ url }) => url === "/live/offer/one/faces"));
});

test("a refused camera has its sentence, and START again asks again", async (t) => {
    const { find, press } = player(t, { gives: () => { throw new DOMException("no", "NotAllowedError"); } });
    await press();
    assert.equal(find(".alert").textContent, "Allow it.");
    assert.equal(find(".alert").hidden, false);
    assert.equal(find(".call").textContent, "start");
    assert.equal(Peer.made.length, 0);
});

test("a source that is refused at once leaves the one before chosen, in the list too", async (t) => {
    let refused = false;
    const gives = () => {
        if (refused) throw new DOMException("no", "NotAllowedError");
        return new Track("camera", { deviceId: "a" });
    };
    const { player: made, find, live } = player(t, { gives });
    await live();
    refused = true;
    const list = find(".source select");
    const before = list.value;
    list.value = "device:b";
    list.dispatchEvent(new Event("change"));
    await settled();
    assert.equal(find(".alert").textContent, "Allow it.");
    assert.equal(made.camera.wanted.source, before);
    assert.equal(list.value, before);
});

test("STOP while the browser asks for the camera leaves it off", async (t) => {
    const [track, answers] = [new Track("late"), []];
    const { find, press, asked } = player(t);
    globalThis.navigator.mediaDevices.getUserMedia = () => new Promise((done) => answers.push(done));
    await press();
    find(".call").click();
    answers[0]({ getVideoTracks: () => [track] });
    await settled();
    assert.equal(track.readyState, "ended");
    assert.deepEqual(asked, []);
});

for (const order of [[0, 1], [1, 0]])
    test(`of two STARTs that ask for the camera only the last turns it on, answered ${order}`, async (t) => {
        const [tracks, answers] = [[new Track("first"), new Track("second")], []];
        const { player: made, find, press } = player(t);
        globalThis.navigator.mediaDevices.getUserMedia = () => new Promise((done) => answers.push(done));
        await press();
        await press();
        await press();
        for (const k of order) answers[k]({ getVideoTracks: () => [tracks[k]] });
        await settled();
        assert.deepEqual(tracks.map(({ readyState }) => readyState), ["ended", "live"]);
        assert.equal(made.camera.track, tracks[1]);
        assert.equal(Peer.made.at(-1).video.sender.track, tracks[1]);
        find(".call").click();
        assert.equal(tracks[1].readyState, "ended");
    });

test("a camera that is unplugged ends the video, and another one is not turned on by itself", async (t) => {
    const track = new Track("camera", { deviceId: "a" });
    const { player: made, live, find } = player(t, { gives: () => track });
    await live();
    track.stop();
    track.dispatchEvent(new Event("ended"));
    await settled();
    assert.equal(made.live, false);
    assert.equal(find(".alert").textContent, "Unplugged.");
    assert.equal(Peer.made[0].closed, true);
});

test("faces of the camera before are not drawn over the next one's picture", async (t) => {
    const { player: made, live } = player(t);
    await live();
    Peer.made[0].hear(FACES);
    assert.equal(made.marks({ width: 100, height: 100 }, false).length, 1);
    await made.choose({ quality: 360 });
    assert.equal(made.marks({ width: 100, height: 100 }, false).length, 1, "the same camera");
    await made.choose({ source: "device:b" });
    assert.deepEqual(made.marks({ width: 100, height: 100 }, false), []);
});

test("without WebRTC there is a sentence for it, and no camera", async (t) => {
    const { player: made, press, find } = player(t, { RTCPeerConnection: undefined, gives: () => assert.fail() });
    await press();
    assert.equal(made.live, false);
    assert.equal(find(".alert").textContent, "No WebRTC.");
});

test("another way of drawing chosen while connecting is the one that is connected", async (t) => {
    let reply;
    const late = new Promise((done) => (reply = () => done(answer("one"))));
    const { player: made, press, asked } = player(t, { replies: [late, answer("two")] });
    await press();
    await made.draw("drawn");
    reply();
    await settled();
    assert.equal(asked.filter(({ method }) => method === "POST").at(-1).body.mode, "drawn");
    assert.equal(Peer.made.at(-1).video.direction, "sendrecv");
});

test("another choice is told on the channel until the server goes by it", async (t) => {
    const { player: made, live, wait } = player(t);
    await live();
    const [peer] = Peer.made;
    wait(2000);
    const number = made.choice.number;
    peer.hear({ type: "chosen", number, threshold: 3, loading: false, error: null });
    peer.said.length = 0;
    made.attach({ ...DATA, choice: { ...DATA.choice, threshold: 4 } });
    wait(1500);
    assert.ok(peer.said.length > 1);
    assert.deepEqual(peer.said[0], {
        version: 1, type: "choose", number: number + 1, ...DATA.choice, threshold: 4, mirror: true, language: "en",
    });
    peer.hear({ type: "chosen", number: number + 1, threshold: 4, loading: false, error: null });
    peer.said.length = 0;
    wait(3000);
    assert.deepEqual(peer.said, []);
});

test("drawing by the server needs another connection of the same session, and shows what comes back", async (t) => {
    const { player: made, find, live, asked, wait } = player(t);
    await live();
    made.draw("drawn");
    await settled();
    assert.deepEqual([asked[1].body.mode, asked[1].body.session], ["drawn", "one"]);
    const [first, second] = Peer.made;
    second.dispatchEvent(Object.assign(new Event("track"), { track: new Track("drawn") }));
    second.to("connected");
    assert.equal(first.closed, true);
    wait(EVERY);
    assert.equal(find(".picture").srcObject.tracks[0].name, "drawn");
    assert.equal(find(".overlay").hidden, true);
    assert.equal(made.picture.mirrored, false, "the server turns it about");
});

test("the mirror turns the browser's own picture, and is told to the server", async (t) => {
    const { player: made, find, live } = player(t);
    await live();
    assert.equal(made.picture.mirrored, true);
    find(".mirror").click();
    assert.equal(made.picture.mirrored, false);
    assert.equal(find(".mirror").getAttribute("aria-pressed"), "false");
    assert.equal(made.choice.whole.mirror, false);
});

test("what is seen is told to the chart, and in figures", async (t) => {
    const { find, live, wait, document } = player(t);
    const told = [];
    document.addEventListener("fairest-faces", ({ detail }) => told.push(detail));
    await live();
    const [peer] = Peer.made;
    peer.hear({ type: "hello", labels: ["Sexy", "Ugly"] });
    peer.hear({ type: "state", state: "live" });
    peer.hear({ type: "figures", fps: 12.4, latency: 0.1, load: 0.25, viewers: 1, max_viewers: 4 });
    peer.hear(FACES);
    wait(1000);
    assert.equal(told[0].label, "1 face. 1: Sexy 3.0 (80 %).");
    assert.equal(find(".figures").hidden, false);
    assert.equal(find(".figures .fps + dd").textContent, "12");
    assert.equal(find(".figures .load + dd").textContent, "25 %");
});

test("a full server is asked again by itself, and says so meanwhile", async (t) => {
    const { find, press, wait, asked } = player(t, { replies: [refusal(503, "Full.", { "Retry-After": "5" }), answer()] });
    await press();
    assert.equal(find(".notice").textContent, "full");
    assert.equal(find(".call").textContent, "stop", "STOP ends the waiting");
    wait(6000);
    await settled();
    assert.equal(asked.length, 2);
});

test("who was live when the element was drawn anew goes on as before", async (t) => {
    const { player: made, visit, live, wait } = player(t);
    made.choose({ quality: 360 });
    await live();
    made.detach(visit);
    wait(EVERY);
    assert.equal(globalThis[MEMORY].live, true);
    const again = new Player(new Root());
    again.attach(DATA);
    t.after(() => clearInterval(again.timer));
    await settled();
    assert.equal(again.live, true);
    assert.equal(again.camera.wanted.quality, 360);
});

for (const late of [false, true])
    test(`whoever goes to another page wants the camera off, ${late ? "a moment later" : "at once"}`, async (t) => {
        const { player: made, visit, live, wait } = player(t);
        await live();
        const { track } = made.camera;
        if (!late) globalThis.location.pathname = "/photos";
        made.detach(visit);
        assert.equal(track.readyState, "ended");
        globalThis.location.pathname = "/photos";
        wait(EVERY);
        assert.equal(globalThis[MEMORY].live, false);
    });

test("a rendering that is over ends nothing, the last one does", async (t) => {
    const { player: made, visit, live } = player(t);
    await live();
    const next = made.attach(DATA);
    made.detach(visit);
    assert.equal(made.live, true);
    made.detach(next);
    assert.equal(made.live, false);
});

test("without HTTPS there is a sentence for it, but not for the demo", (t) => {
    const { player: made, find } = player(t, { isSecureContext: false });
    assert.equal(find(".alert").textContent, "No HTTPS.");
    made.camera.wanted.source = "demo";
    made.look();
    assert.equal(find(".alert").hidden, true);
});

test("nothing is told as saved that was not", async (t) => {
    const { player: made, find } = player(t);
    t.mock.method(Element.prototype, "toBlob", (done) => done(null));
    t.mock.method(made.picture, "compose", () => new Element("canvas"));
    await made.shoot();
    assert.equal(find(".alert").textContent, "Not saved.");
    assert.equal(find(".told").textContent, "");
    t.mock.restoreAll();
    t.mock.method(made.picture, "compose", () => new Element("canvas"));
    await made.shoot();
    assert.equal(find(".told").textContent, "saved");
    assert.equal(find(".alert").hidden, true);
});
