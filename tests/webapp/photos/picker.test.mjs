import assert from "node:assert/strict";
import { test } from "node:test";

import { page, Root, settled } from "../dom.mjs";
import { load } from "../load.mjs";

const { default: mount, DIALOG_EVERY, RETRIES, SHOW_EVERY } = await load("webapp/photos/picker.js");

const TEXTS = {
    said: "{done} of {of}",
    all: "all",
    cancelled: "cancelled",
    wait: "wait",
    large: "large",
    many: "many",
    unread: "unread",
    nothing: "nothing",
    unreachable: "unreachable",
};
const DATA = { url: "/pictures/token", accept: "image/*", left_behind: "\\.ds_store", texts: TEXTS };
const LIMITS = { most_bytes: 10, most_archive_bytes: 100, most_pictures: 5 };

const file = (name, size = 1, type = "") => ({ name, size, type });
const rated = (...lines) => new Response(lines.map((line) => `data: ${JSON.stringify(line)}\n\n`).join(""));
const ONE = { of: 1, done: 1 };

// A picker whose requests wait in `sent` until they are answered.
function picker(t, { limits = {}, found = {} } = {}) {
    const sent = [];
    const fetch = (url, options) =>
        new Promise((resolve, reject) => {
            sent.push({ url, name: options.body.name, headers: options.headers, answer: resolve, fail: reject });
            options.signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
        });
    const { tick, document } = page(t, { fetch, found });
    const root = new Root();
    let shown = 0;
    const setTriggerValue = () => (shown += 1);
    const leave = mount({ parentElement: root, data: { ...DATA, ...LIMITS, ...limits }, setTriggerValue });
    const find = (name) => root.querySelector(name);
    return {
        sent,
        document,
        tick,
        leave,
        find,
        names: () => sent.map(({ name }) => name),
        shown: () => shown,
        faults: () => find(".faults").children.map(({ textContent }) => textContent),
        add: (...files) => {
            find(".files").files = files;
            find(".files").dispatchEvent(new Event("change"));
        },
        answer: async (number, answer = rated(ONE)) => {
            sent[number].answer(answer);
            await settled();
        },
    };
}

test("two files are on their way at a time, the next when one is rated", async (t) => {
    const { add, answer, names, find } = picker(t);
    add(file("a"), file("b"), file("c"), file("d"));
    assert.deepEqual(names(), ["a", "b"]);
    await answer(1);
    assert.deepEqual(names(), ["a", "b", "c"]);
    assert.equal(find(".said").textContent, "1 of 4");
    await answer(0);
    await answer(2);
    await answer(3);
    assert.deepEqual(names(), ["a", "b", "c", "d"]);
    assert.equal(find(".told").textContent, "all");
    assert.equal(find(".work").hidden, true);
});

test("a file is sent with its name, in whatever script", (t) => {
    const { add, sent } = picker(t);
    add(file("Großmutter 1.jpg"), file("\ud800.jpg"));
    assert.equal(sent[0].url, DATA.url);
    assert.deepEqual(sent.map(({ headers }) => headers["X-File-Name"]), ["Gro%C3%9Fmutter%201.jpg", "%EF%BF%BD.jpg"]);
});

test("what is too large is not sent, where an archive may be larger", (t) => {
    const { add, names, faults } = picker(t);
    add(file("fits", 10), file("large", 11), file("fits.ZIP", 100));
    add(file("large.zip", 101), file("archive", 101, "application/zip"));
    assert.deepEqual(names(), ["fits", "fits.ZIP"]);
    assert.deepEqual(faults(), ["large: large", "large.zip: large", "archive: large"]);
});

test("what goes beyond the number of pictures is left out, and that is said", async (t) => {
    const { add, names, faults, find } = picker(t, { limits: { most_pictures: 2 } });
    add(file("a"), file("b"), file("c"));
    assert.deepEqual(names(), ["a", "b"]);
    assert.deepEqual(faults(), ["many"]);
    assert.equal(find(".said").textContent, "0 of 2");
});

for (const [told, header, wait] of [["as long as the server says", { "Retry-After": "7" }, 7000], ["two seconds", {}, 2000]])
    test(`after 429 a file waits ${told}, and is sent again`, async (t) => {
        const { add, answer, names, find, tick } = picker(t);
        add(file("a"));
        await answer(0, new Response("", { status: 429, headers: header }));
        assert.equal(find(".said").textContent, "wait");
        tick(wait - 1);
        await settled();
        assert.deepEqual(names(), ["a"]);
        tick(1);
        await settled();
        assert.deepEqual(names(), ["a", "a"]);
        await answer(1);
        assert.equal(find(".told").textContent, "all");
    });

test("a busy server is asked eight times; then the file waits for the viewer", async (t) => {
    const { add, answer, sent, find, faults, tick } = picker(t);
    add(file("a"));
    for (let tries = 0; tries < RETRIES; tries++) {
        await answer(tries, new Response("", { status: 503, headers: { "Retry-After": "1" } }));
        tick(1000);
        await settled();
    }
    assert.equal(sent.length, 8);
    assert.deepEqual(faults(), ["unreachable"]);
    assert.equal(find(".retry").hidden, false);
    find(".retry").click();
    assert.equal(sent.length, 9);
});

test("a file that did not arrive goes back to the front, and nothing is sent until the viewer says so", async (t) => {
    const { add, answer, sent, names, find, faults } = picker(t);
    add(file("a"), file("b"), file("c"), file("d"));
    sent[0].fail(new TypeError("Failed to fetch"));
    await settled();
    await answer(1);
    assert.deepEqual(names(), ["a", "b"]);
    assert.deepEqual(faults(), ["unreachable"]);
    find(".retry").click();
    assert.deepEqual(names(), ["a", "b", "a", "c"]);
});

test("a file whose answer ends before its pictures are told goes back to the front, too", async (t) => {
    const { add, answer, find, names, faults } = picker(t);
    add(file("a"));
    await answer(0, rated());
    assert.deepEqual(faults(), ["unreachable"]);
    find(".retry").dispatchEvent(new Event("click"));
    assert.deepEqual(names(), ["a", "a"]);
    await answer(1);
    assert.equal(find(".told").textContent, "all");
});

test("an archive whose connection ends amid its pictures goes on behind those reported", async (t) => {
    const { add, answer, sent, find, faults } = picker(t);
    add(file("a.zip"), file("b"));
    await answer(1);
    await answer(0, rated({ of: 4, done: 0 }, { of: 4, done: 1 }, { of: 4, done: 1 }));
    assert.deepEqual(faults(), ["unreachable"]);
    assert.equal(find(".retry").hidden, false);
    find(".retry").click();
    assert.deepEqual(sent.map(({ headers }) => headers["X-Received"]), ["0", "0", "2"]);
    assert.equal(find(".said").textContent, "3 of 5");
    await answer(2, rated({ of: 4, done: 0 }, { of: 4, done: 1 }, { of: 4, done: 1 }));
    assert.equal(find(".said").textContent, "5 of 5");
    assert.equal(find(".told").textContent, "all");
});

test("an archive that is refused when it is sent again counts as done", async (t) => {
    const { add, answer, find, faults } = picker(t);
    add(file("a.zip"));
    await answer(0, rated({ of: 4, done: 1 }));
    find(".retry").click();
    await answer(1, new Response("full", { status: 409 }));
    assert.deepEqual(faults(), ["unreachable", "a.zip: full"]);
    assert.equal(find(".told").textContent, "all");
});

test("a file whose pictures are all reported is not sent again when its connection breaks", async (t) => {
    const { add, answer, sent, find, faults } = picker(t);
    add(file("a"));
    const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(ONE)}\n\n`)),
        pull: (controller) => controller.error(new TypeError("network error")),
    }, { highWaterMark: 0 });
    await answer(0, new Response(body));
    assert.equal(sent.length, 1);
    assert.deepEqual(faults(), []);
    assert.equal(find(".told").textContent, "all");
});

test("a file that is refused is named with the reason, and the next is sent", async (t) => {
    const { add, answer, names, faults } = picker(t);
    add(file("a"), file("b"), file("c"), file("d"));
    await answer(0, new Response("Expected a picture.", { status: 415 }));
    await answer(1, new Response("", { status: 500 }));
    assert.deepEqual(faults(), ["a: Expected a picture.", "b: unreachable"]);
    assert.deepEqual(names(), ["a", "b", "c", "d"]);
});

test("events may come in any pieces, and an archive's pictures are counted", async (t) => {
    const { add, answer, find, faults } = picker(t);
    add(file("many.zip"), file("b"));
    const told = [{ of: 3, done: 1 }, { of: 3, done: 1, told: "größer: unread" }, { of: 3, done: 1 }];
    const bytes = new TextEncoder().encode(told.map((line) => `data: ${JSON.stringify(line)}\n\n`).join(""));
    const stream = new ReadableStream({
        start(controller) {
            for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
            controller.close();
        },
    });
    await answer(0, new Response(stream));
    for (let turn = 0; turn < 100; turn++) await settled();
    assert.equal(find(".said").textContent, "3 of 4");
    assert.deepEqual(faults(), ["größer: unread"]);
});

test("the page is shown what is new at the first, then now and then, and at the end", async (t) => {
    const { add, answer, shown, tick } = picker(t);
    add(file("a"), file("b"), file("c"), file("d"));
    await answer(0);
    tick(0);
    assert.equal(shown(), 1);
    await answer(1);
    tick(SHOW_EVERY - 1);
    assert.equal(shown(), 1);
    tick(1);
    assert.equal(shown(), 2);
    await answer(2);
    await answer(3);
    tick(0);
    assert.equal(shown(), 3);
});

test("a dialog that is being read is not shut", async (t) => {
    const found = { "[role=dialog]": {} };
    const { add, answer, shown, tick } = picker(t, { found });
    add(file("a"));
    await answer(0);
    tick(10 * DIALOG_EVERY);
    assert.equal(shown(), 0);
    delete found["[role=dialog]"];
    tick(DIALOG_EVERY);
    assert.equal(shown(), 1);
});

test("cancelled, nothing more is sent, and that is no fault", async (t) => {
    const { add, find, names, faults } = picker(t);
    add(file("a"), file("b"), file("c"));
    find(".cancel").click();
    await settled();
    assert.deepEqual(names(), ["a", "b"]);
    assert.deepEqual(faults(), []);
    assert.equal(find(".told").textContent, "cancelled");
    add(file("d"));
    assert.deepEqual(names(), ["a", "b", "d"]);
});

test("a folder's pictures are taken, without what systems leave behind", async (t) => {
    const { document, names, faults } = picker(t);
    const entry = (name) => ({ name, isFile: true, file: (done) => done(file(name)) });
    const folder = (name, ...rest) => ({
        name,
        isDirectory: true,
        createReader: () => ({ readEntries: (done) => done(rest.splice(0, 1)) }),
    });
    const shut = { name: "shut", isFile: true, file: (_, refuse) => refuse(new Error("denied")) };
    const drop = async (...entries) => {
        const items = entries.map((one) => ({ kind: "file", webkitGetAsEntry: () => one }));
        document.dispatchEvent(Object.assign(new Event("drop"), { dataTransfer: { items, files: [file("folder")] } }));
        await settled();
    };
    await drop(folder("top", entry("a"), shut, folder("below", entry(".DS_Store"), entry("b"))));
    assert.deepEqual(names(), ["a", "b"]);
    assert.deepEqual(faults(), ["shut: unread"]);
    await drop(folder("empty"));
    assert.deepEqual(faults(), ["shut: unread", "nothing"]);
});
