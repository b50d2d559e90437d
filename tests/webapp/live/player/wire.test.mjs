import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { page, pretend, settled, Track } from "../../dom.mjs";
import { load } from "../../load.mjs";
import { answer, MediaStream, Peer, refusal } from "./rtc.mjs";

const { GATHER_WITHIN, GRACE, POST_WITHIN, SILENCE, Wire } = await load("webapp/live/player/player.js");

const SETTINGS = { url: "/fairest/live/offer", ice_servers: [{ urls: ["turn:t.example"] }], language: "ru" };

beforeEach(() => (Peer.made = []));

// A wire to a server that answers each request in turn.
function wired(t, ...replies) {
    const asked = [];
    const around = page(t, { RTCPeerConnection: Peer, MediaStream });
    const fetch = async (url, request) => {
        asked.push([request.method, url, request]);
        const reply = replies.shift();
        if (!reply) throw new TypeError("no network");
        return reply;
    };
    pretend(t, { fetch });
    const [happened, heard] = [[], []];
    const wire = new Wire((event) => happened.push(event), (message) => heard.push(message));
    wire.settings = SETTINGS;
    const offer = (attempt, more = {}) =>
        wire.offer({ attempt, track: new Track("camera"), session: null, mode: "overlay", choice: { number: 1 }, scale: 2, ...more });
    return { wire, offer, asked, happened, heard, ...around };
}

test("an offer is one for video out and faces in, and the answer is taken", async (t) => {
    const { offer, asked, happened } = wired(t, answer());
    await offer(1);
    const [peer] = Peer.made;
    assert.deepEqual(peer.configuration, { iceServers: SETTINGS.ice_servers });
    assert.equal(peer.video.direction, "sendonly");
    assert.equal(peer.video.sender.parameters.encodings[0].scaleResolutionDownBy, 2);
    assert.deepEqual(peer.channel.options, { ordered: false, maxRetransmits: 0 });
    const [[method, url, request]] = asked;
    assert.deepEqual([method, url, request.headers["Accept-Language"]], ["POST", SETTINGS.url, "ru"]);
    assert.deepEqual(JSON.parse(request.body), { sdp: "v=0", type: "offer", mode: "overlay", choice: { number: 1 } });
    assert.deepEqual(happened, [{ type: "answered", attempt: 1, session: "one" }]);
    assert.deepEqual(peer.remote, { type: "answer", sdp: "v=1" });
});

test("drawn video comes back, and a session that goes on is named", async (t) => {
    const { offer, asked } = wired(t, answer());
    await offer(1, { mode: "drawn", session: "one" });
    assert.equal(Peer.made[0].video.direction, "sendrecv");
    assert.equal(JSON.parse(asked[0][2].body).session, "one");
});

test("a refusal is told with its sentence and when to come again, but no page of a proxy's", async (t) => {
    const { offer, happened } = wired(t, refusal(503, "Full.", { "Retry-After": "5", "Fairest-Reason": "full" }), refusal(502, "<html>", { "Content-Type": "text/html" }));
    await offer(1);
    await offer(2);
    assert.deepEqual(happened, [
        { type: "rejected", attempt: 1, status: 503, reason: "full", wait: 5, text: "Full." },
        { type: "rejected", attempt: 2, status: 502, reason: "", wait: 0, text: "" },
    ]);
});

test("a server that cannot be reached is told of", async (t) => {
    const { offer, happened } = wired(t);
    await offer(1);
    assert.deepEqual(happened, [{ type: "unreachable", attempt: 1 }]);
});

test("an offer goes out after a while though addresses are still being looked for", async (t) => {
    const { offer, asked, tick } = wired(t, answer());
    t.mock.method(Peer.prototype, "setLocalDescription", async function () {
        this.localDescription = { sdp: "v=0" };
    });
    const offered = offer(1);
    await settled();
    assert.equal(asked.length, 0);
    tick(GATHER_WITHIN);
    await offered;
    assert.equal(asked.length, 1);
});

test("the connection before goes on until the next one stands", async (t) => {
    const { wire, offer } = wired(t, answer(), answer());
    await offer(1);
    await offer(2);
    const [first, second] = Peer.made;
    assert.equal(first.closed, false);
    wire.dropBefore();
    assert.deepEqual([first.closed, second.closed], [true, false]);
    wire.hangUp();
    assert.equal(second.closed, true);
});

test("of three connections the one in the middle, which never stood, is let go", async (t) => {
    const { wire, offer } = wired(t, answer(), answer(), answer());
    for (const attempt of [1, 2, 3]) await offer(attempt);
    assert.deepEqual(Peer.made.map(({ closed }) => closed), [false, true, false]);
    wire.dropBefore();
    assert.equal(Peer.made[0].closed, true);
});

test("a session that is answered after STOP is ended", async (t) => {
    const { wire, offer, asked } = wired(t, answer("late"), {});
    const offered = offer(1);
    while (!asked.length) await Promise.resolve();
    wire.hangUp();
    await offered;
    await settled();
    assert.deepEqual(asked.map(([method, url]) => [method, url]).at(-1), ["DELETE", `${SETTINGS.url}/late`]);
    assert.equal(Peer.made[0].remote, undefined);
});

for (const [what, before, ended] of [["a new session", null, true], ["a session that goes on", "late", false]])
    test(`${what} that is answered when another offer is under way is ${ended ? "" : "not "}ended`, async (t) => {
        const { offer, asked } = wired(t, answer("late"), answer("next"), {});
        const offered = offer(1, { session: before });
        while (!asked.length) await Promise.resolve();
        await Promise.all([offered, offer(2, { session: before })]);
        assert.equal(asked.some(([method, url]) => method === "DELETE" && url.endsWith("/late")), ended);
        assert.equal(Peer.made[0].remote, undefined);
    });

test("an offer that nobody waits for any longer is not sent", async (t) => {
    const { wire, offer, asked, happened } = wired(t, answer());
    const offered = offer(1);
    wire.hangUp();
    await offered;
    assert.deepEqual([asked, happened], [[], []]);
});

test("an offer that is never answered is given up", async (t) => {
    const { offer, happened } = wired(t);
    const limit = new AbortController();
    t.mock.method(AbortSignal, "timeout", (ms) => Object.assign(limit.signal, { ms }));
    pretend(t, {
        fetch: (url, { signal }) => new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason))),
    });
    const offered = offer(1);
    await settled();
    assert.equal(limit.signal.ms, POST_WITHIN);
    limit.abort();
    await offered;
    assert.deepEqual(happened, [{ type: "unreachable", attempt: 1 }]);
});

test("a connection that is lost for a moment is not given up, one that stays lost is", async (t) => {
    const { offer, happened, tick } = wired(t, answer());
    await offer(1);
    const [peer] = Peer.made;
    happened.length = 0;
    peer.to("connected");
    peer.to("disconnected");
    tick(GRACE - 1);
    peer.connectionState = "connected";
    tick(1);
    assert.deepEqual(happened.map(({ type }) => type), ["connected"]);
    peer.to("disconnected");
    tick(GRACE);
    assert.deepEqual(happened.at(-1), { type: "lost", attempt: 1 });
});

for (const [what, end] of [
    ["that failed", (peer) => peer.to("failed")],
    ["whose channel the server closed", (peer) => peer.channel.dispatchEvent(new Event("close"))],
])
    test(`a connection ${what} is lost at once`, async (t) => {
        const { offer, happened } = wired(t, answer());
        await offer(1);
        end(Peer.made[0]);
        assert.deepEqual(happened.at(-1), { type: "lost", attempt: 1 });
    });

test("messages of the newest connection only are heard", async (t) => {
    const { offer, heard } = wired(t, answer(), answer());
    await offer(1);
    await offer(2);
    const [first, second] = Peer.made;
    first.hear({ type: "old" });
    second.hear({ type: "new" });
    assert.deepEqual(heard, [{ type: "new" }]);
});

test("what is said goes out where a channel is open", async (t) => {
    const { wire, offer } = wired(t, answer());
    assert.equal(wire.say({}), false);
    await offer(1);
    assert.equal(wire.say({ type: "choose" }), true);
    assert.deepEqual(Peer.made[0].said, [{ type: "choose" }]);
    Peer.made[0].channel.readyState = "connecting";
    assert.equal(wire.say({}), false);
});

test("another source goes into the connection that there is, at its own scale", async (t) => {
    const { wire, offer } = wired(t, answer());
    const other = new Track("other");
    await wire.replace(other, 1);
    await offer(1);
    await wire.replace(other, 1.5);
    const { sender } = Peer.made[0].video;
    assert.equal(sender.track, other);
    assert.equal(sender.parameters.encodings[0].scaleResolutionDownBy, 1.5);
});

test("the network is measured by what the browser reports", async (t) => {
    const { wire, offer } = wired(t, answer());
    await wire.measure();
    await offer(1);
    Peer.made[0].stats = {
        unused: { type: "candidate-pair", nominated: false, currentRoundTripTime: 9 },
        used: { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.2 },
        out: { type: "remote-inbound-rtp", fractionLost: 0.1 },
    };
    await wire.measure();
    assert.deepEqual([wire.roundTrip, wire.lost], [0.2, 0.1]);
});

test("a server that falls silent is asked for the session, and one that does not know it has forgotten it", async (t) => {
    const { wire, offer, asked, happened } = wired(t, answer(), { status: 200 }, { status: 502 }, { status: 404 });
    await offer(1);
    const begin = performance.now();
    const check = (seconds) => wire.checkSession({ session: "one", attempt: 1 }, begin + 1000 * seconds);
    await check(60);
    assert.equal(asked.length, 1, "nothing was heard yet");
    Peer.made[0].hear({ type: "figures" });
    await wire.checkSession({ session: "one", attempt: 1 }, performance.now() + SILENCE - 1);
    assert.equal(asked.length, 1);
    await check(60);
    assert.deepEqual(asked[1].slice(0, 2), [undefined, `${SETTINGS.url}/one/faces`]);
    await check(61);
    assert.equal(asked.length, 2, "not again so soon");
    await check(62);
    assert.equal(happened.length, 1, "it is there, or a proxy's");
    await check(64);
    assert.deepEqual(happened.at(-1), { type: "forgotten", attempt: 1 });
    await check(66);
    assert.equal(happened.length, 2, "no answer");
});
