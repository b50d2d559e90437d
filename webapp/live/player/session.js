// The life of a live session, from START to STOP, over any number of connections: a pure state machine.
//
// `step(state, event)` gives the next state and what is to be done, in order. Time and chance come with the event, as
// `now` (milliseconds) and `chance` (0 to 1). Nothing here waits or asks.
//
// phase: "idle"; "opening" the camera; "offering" and "connecting" a connection; "live"; "waiting" to try again.
// attempt: goes up with each connection, and events of an earlier one are passed over. session: the server's id of it.
// tries: connections that did not come about in a row. until: when "waiting" is over, or "connecting" has failed.
// problem: {name, text?} of what is wrong, else null. again: whether it was live before.

// By the tries before in a row: soon, as a connection that does not stand in seconds was unlucky; and then not so soon,
// as the server or the way to it may be slow.
const CONNECT_WITHIN = [8000, 12_000, 25_000];
const MAX_TRIES = 4;
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000];
// Answers that say nothing of the offer: a proxy whose server is gone, or a request that came too slowly.
const PASSING = [408, 500, 502, 504];
// Answers that say when to come again, and what is then said by their reason.
const BUSY = { 429: "often", 503: "full" };
const REASONS = { busy: "busy", full: "full", stopping: "restarting" };

const IDLE = Object.freeze({
    phase: "idle", attempt: 0, session: null, tries: 0, until: Infinity, problem: null, again: false,
});

const EVENTS = {
    start(state) {
        if (state.phase !== "idle") return [state, []];
        return [{ ...IDLE, attempt: state.attempt, phase: "opening" }, ["open"]];
    },

    stop(state) {
        if (state.phase === "idle") return [{ ...state, problem: null }, []];
        return ended(state, null);
    },

    opened(state, event) {
        return state.phase === "opening" ? offering(state, event) : [state, []];
    },

    // The browser gave no camera.
    denied(state, { name }) {
        return state.phase === "opening" ? ended(state, { name }) : [state, []];
    },

    answered(state, { session, now }) {
        if (state.phase !== "offering") return [state, []];
        const within = CONNECT_WITHIN[Math.min(state.tries, CONNECT_WITHIN.length - 1)];
        return [{ ...state, phase: "connecting", session, until: now + within }, []];
    },

    // The server's answer is a refusal. wait: seconds that it asks for, or 0. reason: in a word, or "".
    rejected(state, event) {
        if (state.phase !== "offering") return [state, []];
        const { status, reason, text, wait } = event;
        if (status === 404 && state.session) return offering({ ...state, session: null }, event);
        if (wait && BUSY[status]) {
            const problem = { name: REASONS[reason] ?? BUSY[status], seconds: wait };
            return waiting({ ...state, problem }, event, wait * 1000);
        }
        if (PASSING.includes(status) || !text) return EVENTS.unreachable(state, event);
        return ended(state, { name: "rejected", text });
    },

    unreachable(state, event) {
        return state.phase === "offering" ? waiting({ ...state, problem: { name: "unreachable" } }, event) : [state, []];
    },

    connected(state) {
        if (state.phase !== "connecting") return [state, []];
        return [{ ...state, phase: "live", tries: 0, until: Infinity, problem: null, again: true }, ["drop before"]];
    },

    // The connection is over, or its path was lost for too long.
    lost(state, event) {
        if (state.phase === "live") return offering({ ...state, problem: { name: "lost" } }, event);
        return state.phase === "connecting" ? pathless(state, event) : [state, []];
    },

    // Another way of drawing, for which a connection is needed.
    renew(state, event) {
        return state.phase === "live" || state.phase === "connecting" ? offering(state, event) : [state, []];
    },

    tick(state, event) {
        if (event.now < state.until) return [state, []];
        if (state.phase === "waiting") return offering(state, event);
        return state.phase === "connecting" ? pathless(state, event) : [state, []];
    },
};

// event: {type, now, chance, attempt?, ...}; see EVENTS.
function step(state, event) {
    if (event.attempt !== undefined && event.attempt !== state.attempt) return [state, []];
    return EVENTS[event.type](state, event);
}

function offering(state, { now }) {
    const next = { ...state, phase: "offering", attempt: state.attempt + 1, until: Infinity, offered: now };
    return [next, ["offer"]];
}

function waiting(state, { now, chance }, least = 0) {
    const longest = WAITS[Math.min(state.tries, WAITS.length - 1)];
    // Not all at once, when a server comes back.
    const wait = Math.max(least, longest * (0.5 + chance / 2)) + (least ? chance * 1000 : 0);
    return [{ ...state, phase: "waiting", tries: state.tries + 1, until: now + wait }, ["hang up"]];
}

function pathless(state, event) {
    // Once may be bad luck: nothing is wrong yet.
    const problem = state.tries ? { name: "PathError" } : state.problem;
    if (!state.again && state.tries + 1 >= MAX_TRIES) return ended(state, problem);
    return waiting({ ...state, problem }, event);
}

function ended(state, problem) {
    const acts = ["hang up", "close"];
    if (state.session) acts.unshift("end");
    return [{ ...IDLE, attempt: state.attempt + 1, problem, over: state.session }, acts];
}
