import assert from "node:assert/strict";
import { test } from "node:test";

import { page, Root, settled } from "../dom.mjs";
import { load } from "../load.mjs";

const { default: mount, PERIOD } = await load("webapp/auth/sign_out.js");

// The component on a page whose server answers like this; how often the page was loaded anew, and what was asked.
function mounted(t, answer) {
    const seen = { reloads: 0, asked: [] };
    const fetch = async (url, options) => {
        seen.asked.push([String(url), options.cache]);
        return answer();
    };
    const { tick } = page(t, { fetch, location: { reload: () => (seen.reloads += 1) } });
    const root = new Root();
    root.querySelector("form").action = "https://faces.example/below/sign-out";
    seen.leave = mount({ parentElement: root, data: { text: "Sign out" } });
    seen.button = root.querySelector("button");
    seen.wait = async () => {
        tick(PERIOD);
        await settled();
    };
    return seen;
}

test("a session that is over loads the page anew, and each period asks once", async (t) => {
    const seen = mounted(t, () => ({ status: 401 }));
    assert.equal(seen.button.textContent, "Sign out");
    assert.equal(seen.asked.length, 0);
    await seen.wait();
    assert.deepEqual(seen.asked, [["https://faces.example/below/_stcore/host-config", "no-store"]]);
    assert.equal(seen.reloads, 1);
});

for (const status of [200, 403, 404, 429, 500, 503])
    test(`an answer of ${status} changes nothing`, async (t) => {
        const seen = mounted(t, () => ({ status }));
        await seen.wait();
        assert.equal(seen.asked.length, 1);
        assert.equal(seen.reloads, 0);
    });

test("nor does a server that cannot be reached", async (t) => {
    const seen = mounted(t, () => Promise.reject(new TypeError("Failed to fetch")));
    await seen.wait();
    assert.equal(seen.reloads, 0);
});

test("nothing is asked once the page was left", async (t) => {
    const seen = mounted(t, () => ({ status: 401 }));
    seen.leave();
    await seen.wait();
    assert.equal(seen.asked.length, 0);
});
