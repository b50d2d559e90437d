import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Element, page, Root, settled, Track } from "../dom.mjs";
import { load } from "../load.mjs";

const { Panel, START, STUDIO, MEMORY, TRIES, PATIENCE, EVERY, FRAME } = await load("webapp/live/camera.js");

const TEXTS = { start: "START", demo: "Demo video", camera: "Camera", saved: "Saved as {name}." };
const ERRORS = { NotAllowedError: "Allow it.", PathError: "No way there.", insecure: "No HTTPS.", SaveError: "None." };
const MINUTE = 60_000;

beforeEach(() => delete globalThis[MEMORY]);

// A panel beside the library's frame, which stands still with START in it.
function panel(t, { session = "one", navigator = { mediaDevices: devices() }, ...names } = {}) {
    const start = Object.assign(new Element("button"), { textContent: TEXTS.start });
    const frame = { style: {} };
    const inner = { [STUDIO]: {}, RTCPeerConnection: class {} };
    const shown = { [START]: start };
    const contentDocument = {
        URL: "https://faces.example/frame",
        head: {},
        body: { innerText: "" },
        defaultView: inner,
        querySelector: (selector) => shown[selector] ?? null,
        getElementById: () => null,
    };
    Object.assign(frame, { contentWindow: inner, contentDocument });
    const found = { [`[class*="${session}"] ${FRAME}`]: frame };
    const { tick } = page(t, { found, navigator, ...names });
    const made = new Panel(new Root());
    const sent = [];
    const attach = (name = session) => {
        found[`[class*="${name}"] ${FRAME}`] = frame;
        return made.attach({ session: name, texts: TEXTS, errors: ERRORS, film: "" }, (...value) => sent.push(value));
    };
    const visit = attach();
    const press = (text = TEXTS.start) => {
        made.studio.pressed = text === TEXTS.start;
        made.studio.onChange(true);
    };
    const play = () => (shown.video = { srcObject: { active: true }, videoWidth: 640, videoHeight: 480 });
    // In steps, so that no look is left out.
    const wait = (ms) => {
        for (let past = 0; past < ms; past += EVERY) tick(EVERY);
    };
    return { panel: made, visit, attach, start, page: contentDocument, press, play, wait, sent };
}

function devices() {
    return Object.assign(new EventTarget(), { enumerateDevices: async () => [] });
}

test("a start that comes to nothing is tried again, four times in all and four seconds apart", (t) => {
    const { start, press, wait } = panel(t);
    press();
    wait(PATIENCE - EVERY);
    assert.equal(start.clicks, 0);
    for (let tries = 1; tries < TRIES; tries++) {
        wait(EVERY);
        assert.equal(start.clicks, tries);
        wait(PATIENCE - EVERY);
        assert.equal(start.clicks, tries);
    }
    wait(MINUTE);
    assert.equal(start.clicks, 3);
    assert.equal(globalThis[MEMORY].live, true);
});

test("nothing starts by itself before anybody pressed START, nor after STOP", (t) => {
    const { start, press, wait } = panel(t);
    wait(MINUTE);
    assert.equal(start.clicks, 0);
    press("STOP");
    assert.equal(globalThis[MEMORY].live, false);
});

test("START is never pressed while the browser may be asking for the camera", (t) => {
    const { panel: { studio }, start, press, wait } = panel(t);
    press();
    studio.taking = true;
    wait(MINUTE);
    assert.equal(start.clicks, 0);
    studio.taking = false;
    wait(EVERY);
    assert.equal(start.clicks, 1);
});

for (const [name, clicks] of [["NotAllowedError", 0], ["PathError", 3]])
    test(`after ${name} START is pressed ${clicks} times more`, (t) => {
        const { panel: made, page: { body }, start, press, wait } = panel(t);
        press();
        body.innerText = `${name}: as the library says it`;
        wait(MINUTE);
        assert.equal(start.clicks, clicks);
        assert.equal(made.starting, false);
    });

test("START that cannot be pressed, or says something else, or is no studio's, is let be", (t) => {
    const { start, page: frame, press, wait } = panel(t);
    press();
    start.disabled = true;
    wait(MINUTE);
    start.disabled = false;
    start.textContent = "STOP";
    wait(MINUTE);
    start.textContent = TEXTS.start;
    frame.URL = "about:blank";
    delete frame.defaultView[STUDIO];
    wait(MINUTE);
    assert.equal(start.clicks, 0);
});

test("once the video is there it is started no more", (t) => {
    const { panel: made, start, press, play, wait } = panel(t);
    press();
    play();
    wait(MINUTE);
    assert.equal(start.clicks, 0);
    assert.equal(made.starting, false);
    assert.equal(globalThis[MEMORY].live, true);
});

test("another server goes on with what was chosen, and starts at once who was live", (t) => {
    const wanted = { source: "demo", quality: 720 };
    globalThis[MEMORY] = { session: "lost", wanted, turned: { demo: true }, live: true };
    const { panel: made, start, wait } = panel(t);
    assert.deepEqual(made.studio.wanted, wanted);
    assert.equal(made.mirrored, true);
    assert.equal(start.clicks, 1);
    assert.equal(globalThis[MEMORY].session, "one");
    assert.equal(globalThis[MEMORY].live, true);
    wait(MINUTE);
    assert.equal(start.clicks, TRIES);
});

test("who was not live is not started by another server", (t) => {
    const wanted = { source: "demo", quality: 360 };
    globalThis[MEMORY] = { session: "lost", wanted, turned: {}, live: false };
    const { panel: made, start, wait } = panel(t);
    assert.equal(made.studio.wanted.quality, 360);
    wait(MINUTE);
    assert.equal(start.clicks, 0);
});

test("the same panel goes over to another server's session, and stays as it is for its own", (t) => {
    const { panel: made, attach, start, press, play, wait } = panel(t);
    press();
    play();
    wait(EVERY);
    const before = globalThis[MEMORY];
    attach();
    assert.equal(globalThis[MEMORY], before);
    assert.equal(made.starting, false);
    made.video = null;
    attach("two");
    assert.notEqual(globalThis[MEMORY], before);
    assert.equal(made.studio.pressed, false);
    assert.equal(start.clicks, 0);
});

for (const late of [false, true])
    test(`whoever goes to another page wants the camera off, ${late ? "a moment later" : "at once"}`, (t) => {
        const { panel: made, visit, press, wait } = panel(t);
        press();
        if (!late) globalThis.location.pathname = "/photos";
        made.detach(visit);
        assert.equal(globalThis[MEMORY].live, late);
        globalThis.location.pathname = "/photos";
        wait(EVERY);
        assert.equal(globalThis[MEMORY].live, false);
    });

test("a panel of an earlier rendering ends nothing; one that comes back on the page goes on", (t) => {
    const { panel: made, visit, attach, press, wait } = panel(t);
    press();
    const next = attach();
    made.detach(visit);
    assert.ok(made.timer);
    made.detach(next);
    assert.equal(made.timer, null);
    attach();
    wait(EVERY);
    globalThis.location.pathname = "/photos";
    wait(EVERY);
    assert.equal(globalThis[MEMORY].live, true);
});

test("without HTTPS there is a sentence for it, but not for the demo", async (t) => {
    const { panel: made, wait } = panel(t, { navigator: {} });
    assert.equal(made.trouble(), "insecure");
    made.studio.wanted.source = "demo";
    wait(EVERY);
    await settled();
    assert.equal(made.trouble(), undefined);
});

test("a sentence is chosen from what the library shows, but not beside the video", (t) => {
    const { panel: made, page: { body }, play, wait } = panel(t);
    const alert = made.find(".alert");
    assert.equal(alert.hidden, true);
    body.innerText = "Sorry: NotAllowedError, Permission denied";
    wait(EVERY);
    assert.equal(alert.textContent, ERRORS.NotAllowedError);
    assert.equal(alert.hidden, false);
    play();
    wait(EVERY);
    assert.equal(alert.hidden, true);
    made.studio.failed("SaveError");
    assert.equal(alert.textContent, ERRORS.SaveError);
});

test("a connection that never came about is named once START is back, until it is pressed again", (t) => {
    const { panel: made, start, press, wait } = panel(t);
    press();
    made.studio.call = { connection: {} };
    start.textContent = "STOP";
    wait(EVERY);
    assert.equal(made.trouble(), undefined);
    start.textContent = TEXTS.start;
    wait(EVERY);
    assert.equal(made.trouble(), "PathError");
    press();
    assert.equal(made.trouble(), undefined);
    made.studio.call.connected = true;
    wait(EVERY);
    assert.equal(made.trouble(), undefined);
});

test("the server hears of the mirror only when it changes", (t) => {
    const { panel: made, sent, wait } = panel(t);
    wait(MINUTE);
    assert.deepEqual(sent, [["mirror", true]]);
    made.turn();
    made.studio.given = { source: "camera", track: new Track("back", { facingMode: "environment" }) };
    wait(MINUTE);
    assert.deepEqual(sent, [["mirror", true], ["mirror", false]]);
});

test("nothing is told as saved that was not", async (t) => {
    const { panel: made, play, wait } = panel(t);
    const told = made.find(".told");
    await made.shoot();
    assert.equal(made.find(".alert").textContent, ERRORS.SaveError);
    assert.equal(told.textContent, "");
    play();
    wait(EVERY);
    await made.shoot();
    assert.match(told.textContent, /^Saved as fairest-\d{4}-\d\d-\d\d-\d{6}\.png\.$/);
    assert.equal(made.find(".alert").hidden, true);
});
