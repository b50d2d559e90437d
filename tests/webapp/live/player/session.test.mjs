import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../load.mjs";

const { CONNECT_WITHIN, EVENTS, IDLE, MAX_TRIES, step, WAITS } = await load("webapp/live/player/player.js");

// A session that the test takes through events, on a clock of its own.
class Session {
    state = IDLE;
    now = 0;
    acts = [];

    // Returns what is to be done.
    take(type, more = {}) {
        const [state, acts] = step(this.state, { type, now: this.now, chance: 1, ...more });
        this.state = state;
        return acts;
    }

    // Live, in the session "one".
    static live() {
        const made = new Session();
        made.take("start");
        made.take("opened");
        made.take("answered", { session: "one" });
        made.take("connected");
        return made;
    }

    // Ready for the server's answer.
    static offering() {
        const made = new Session();
        made.take("start");
        made.take("opened");
        return made;
    }
}

test("START opens the camera, then offers, and the answer leads to a live session", () => {
    const session = new Session();
    assert.deepEqual(session.take("start"), ["open"]);
    assert.deepEqual(session.take("start"), [], "pressed twice");
    assert.deepEqual(session.take("opened"), ["offer"]);
    assert.deepEqual(session.take("answered", { session: "one" }), []);
    assert.equal(session.state.phase, "connecting");
    assert.deepEqual(session.take("connected"), ["drop before"]);
    assert.deepEqual([session.state.phase, session.state.session], ["live", "one"]);
});

test("STOP ends everything in whatever phase, and the server's session where there is one", () => {
    for (const [made, acts] of [
        [new Session(), []],
        [Session.offering(), ["hang up", "close"]],
        [Session.live(), ["end", "hang up", "close"]],
    ]) {
        const { attempt } = made.state;
        assert.deepEqual(made.take("stop"), acts);
        assert.equal(made.state.phase, "idle");
        if (acts.length) assert.ok(made.state.attempt > attempt, "what is still under way counts no more");
    }
    const live = Session.live();
    live.take("stop");
    assert.equal(live.state.over, "one");
    assert.equal(live.state.session, null);
});

test("what comes of an earlier attempt is passed over", () => {
    const session = Session.live();
    const { attempt } = session.state;
    session.take("renew");
    assert.deepEqual(session.take("lost", { attempt }), []);
    assert.deepEqual(session.take("answered", { attempt, session: "other" }), []);
    assert.deepEqual([session.state.phase, session.state.session], ["offering", "one"]);
    session.take("answered", { attempt: attempt + 1, session: "one" });
    assert.equal(session.state.phase, "connecting");
});

test("a camera that is refused ends it, with the reason", () => {
    const session = new Session();
    session.take("start");
    assert.deepEqual(session.take("denied", { name: "NotAllowedError" }), ["hang up", "close"]);
    assert.deepEqual(session.state.problem, { name: "NotAllowedError" });
    session.take("start");
    assert.equal(session.state.problem, null);
});

test("a lost connection is offered anew at once, for the same session", () => {
    const session = Session.live();
    assert.deepEqual(session.take("lost"), ["offer"]);
    assert.deepEqual([session.state.session, session.state.problem.name], ["one", "lost"]);
});

test("a session that the server does not know any more is followed by a new one", () => {
    const session = Session.live();
    session.take("lost");
    assert.deepEqual(session.take("rejected", { status: 404, text: "over", wait: 0 }), ["offer"]);
    assert.equal(session.state.session, null);
    assert.deepEqual(session.take("rejected", { status: 404, text: "no such page", wait: 0 }), ["hang up", "close"]);
});

test("a session that the server says it does not know is followed by a new one at once", () => {
    const session = Session.live();
    assert.deepEqual(session.take("forgotten"), ["offer"]);
    assert.deepEqual([session.state.session, session.state.problem.name], [null, "lost"]);
    assert.deepEqual(Session.offering().take("forgotten"), []);
});

test("a server that cannot be reached is asked again, ever less often, until STOP", () => {
    const session = Session.offering();
    const waits = [];
    for (let tries = 0; tries < WAITS.length + 2; tries++) {
        assert.deepEqual(session.take("unreachable"), ["hang up"]);
        waits.push(session.state.until - session.now);
        session.now = session.state.until - 1;
        assert.deepEqual(session.take("tick"), []);
        session.now += 1;
        assert.deepEqual(session.take("tick"), ["offer"]);
    }
    assert.deepEqual(waits, [...WAITS, WAITS.at(-1), WAITS.at(-1)]);
    assert.deepEqual(session.state.problem, { name: "unreachable" });
});

test("waits are spread by chance, so that not all come at once", () => {
    const [soon, late] = [0, 1].map((chance) => {
        const session = Session.offering();
        session.take("unreachable", { chance });
        return session.state.until;
    });
    assert.equal(soon, WAITS[0] / 2);
    assert.equal(late, WAITS[0]);
});

for (const [status, name] of [[503, "full"], [429, "often"]])
    test(`after ${status} it comes again when the server says so`, () => {
        const session = Session.offering();
        session.take("rejected", { status, text: "in a moment", wait: 5, chance: 0 });
        assert.equal(session.state.until, 5000);
        assert.equal(session.state.problem.name, name);
        assert.equal(session.state.phase, "waiting");
    });

for (const [reason, name] of [["full", "full"], ["busy", "busy"], ["stopping", "restarting"], ["", "full"], ["new", "full"]])
    test(`a server that has no place and says ${reason || "nothing"} is told of as ${name}`, () => {
        const session = Session.offering();
        session.take("rejected", { status: 503, reason, text: "in a moment", wait: 5, chance: 0 });
        assert.deepEqual(session.state.problem, { name, seconds: 5 });
    });

test("a viewer who waited for a place is not given up after one connection that fails", () => {
    const session = Session.offering();
    for (let asked = 0; asked < MAX_TRIES; asked++) {
        session.take("rejected", { status: 503, reason: "full", text: "in a moment", wait: 5 });
        session.now = session.state.until;
        session.take("tick");
    }
    session.take("answered", { session: "one" });
    session.take("lost");
    assert.deepEqual([session.state.phase, session.state.problem?.name], ["waiting", "full"]);
});

for (const status of [408, 500, 502, 504])
    test(`${status} is no answer to the offer, and is tried again`, () => {
        const session = Session.offering();
        assert.deepEqual(session.take("rejected", { status, text: "", wait: 0 }), ["hang up"]);
        assert.equal(session.state.phase, "waiting");
    });

test("an answer without a word of the server's own is a proxy's, and is tried again", () => {
    const session = Session.offering();
    assert.deepEqual(session.take("rejected", { status: 503, text: "", wait: 0 }), ["hang up"]);
    assert.equal(session.state.problem.name, "unreachable");
});

for (const status of [400, 401, 403, 413, 415, 503])
    test(`${status} is final, in the server's own words`, () => {
        const session = Session.offering();
        assert.deepEqual(session.take("rejected", { status, text: "Sign in first.", wait: 0 }), ["hang up", "close"]);
        assert.deepEqual(session.state.problem, { name: "rejected", text: "Sign in first." });
    });

test("connections that never stand are given up after a few", () => {
    const session = Session.offering();
    for (let tries = 1; tries < MAX_TRIES; tries++) {
        session.take("answered", { session: "one" });
        const within = CONNECT_WITHIN[Math.min(tries, CONNECT_WITHIN.length) - 1];
        session.now += within - 1;
        assert.deepEqual(session.take("tick"), []);
        session.now += 1;
        assert.deepEqual(session.take("tick"), ["hang up"]);
        assert.deepEqual(session.state.problem, tries === 1 ? null : { name: "PathError" }, "once may be bad luck");
        session.now = session.state.until;
        session.take("tick");
    }
    session.take("answered", { session: "one" });
    assert.deepEqual(session.take("lost"), ["end", "hang up", "close"]);
    assert.deepEqual(session.state.problem, { name: "PathError" });
});

test("whoever was live is not given up", () => {
    const session = Session.live();
    session.take("lost");
    for (let tries = 0; tries < 3 * MAX_TRIES; tries++) {
        session.take("answered", { session: "one" });
        session.take("lost");
        session.now = session.state.until;
        assert.deepEqual(session.take("tick"), ["offer"]);
    }
});

test("another way of drawing needs a connection of its own, where there is one", () => {
    assert.deepEqual(new Session().take("renew"), []);
    // The offer under way has the previous way.
    assert.deepEqual(Session.offering().take("renew"), ["offer"]);
    assert.deepEqual(Session.live().take("renew"), ["offer"]);
});

test("no event in no phase leads anywhere unknown", () => {
    const phases = ["idle", "opening", "offering", "connecting", "live", "waiting"];
    for (const phase of phases)
        for (const type of Object.keys(EVENTS)) {
            const more = { now: 1e9, chance: 0.5, session: "s", status: 400, text: "", wait: 0, name: "Error" };
            const [state] = step({ ...IDLE, phase, until: 0 }, { type, ...more });
            assert.ok(phases.includes(state.phase), `${type} in ${phase}`);
        }
});
