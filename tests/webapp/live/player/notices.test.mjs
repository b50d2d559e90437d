import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../load.mjs";

const { alertFor, noticeFor } = await load("webapp/live/player/player.js");

const ERRORS = { NotAllowedError: "Allow it.", NotReadableError: "Unreadable.", SaveError: "Not saved." };
const TEXTS = Object.fromEntries(
    ["asking", "connecting", "first", "full", "silent", "waiting", "loading", "poor"].map((name) => [name, name]),
);
TEXTS.unusable = "unusable: {reason}";
TEXTS.restarting = "again in {seconds}";
const LIVE = { phase: "live", problem: null };
const WIRE = { roundTrip: 0.01, lost: 0 };
const SEEN = { state: "live", chosen: { loading: false, error: null }, faces: {} };

const notice = (state, told = {}, wire = WIRE) => noticeFor(state, { ...SEEN, ...told }, wire, TEXTS);

test("after a start that came to nothing stands why, in the server's words or in ours", () => {
    const alert = (problem, phase = "idle") => alertFor({ phase, problem }, "", ERRORS);
    assert.equal(alert({ name: "NotAllowedError" }), "Allow it.");
    assert.equal(alert({ name: "SomethingNew" }), "Unreadable.");
    assert.equal(alert({ name: "rejected", text: "Sign in first." }), "Sign in first.");
    assert.equal(alert({ name: "full" }, "waiting"), "", "it goes on");
    assert.equal(alert(null), "");
});

test("what failed beside a video that goes on is an alert as well", () => {
    assert.equal(alertFor(LIVE, "SaveError", ERRORS), "Not saved.");
});

test("what is wrong comes first, what is merely so last", () => {
    assert.equal(notice({ phase: "idle", problem: null }), "");
    assert.equal(notice({ phase: "waiting", problem: { name: "full" } }), "full");
    assert.equal(notice({ phase: "waiting", problem: { name: "restarting", seconds: 5 } }), "again in 5");
    assert.equal(notice({ phase: "opening", problem: null }), "asking");
    assert.equal(notice({ phase: "connecting", problem: null }), "connecting");
    const all = { state: "silent", chosen: { loading: true, error: "no file" }, faces: null };
    const slow = { roundTrip: 1, lost: 0 };
    assert.equal(notice(LIVE, all, slow), "silent");
    assert.equal(notice(LIVE, { ...all, state: "live" }, slow), "unusable: no file");
    assert.equal(notice(LIVE, { chosen: { loading: true, error: null }, faces: null }, slow), "loading");
    assert.equal(notice(LIVE, { faces: null }, slow), "first");
    assert.equal(notice(LIVE, {}, slow), "poor");
    assert.equal(notice(LIVE, {}, { roundTrip: 0.01, lost: 0.05 }), "poor");
    assert.equal(notice(LIVE), "");
});
