// The lifecycle of a live session, from START to STOP, over any number of connections: a pure state machine.
//
// `step(state, event)` returns the next state and the actions to perform, in order. Time and randomness come with the
// event, as `now` (milliseconds) and `chance` (0 to 1). Nothing here performs I/O or waits.
//
// phase: "idle"; "opening" the camera; "offering" and "connecting" a connection; "live"; "waiting" to retry. attempt:
// incremented for each connection; events of earlier attempts are ignored. session: the server's session id. tries:
// consecutive failed connections. until: when "waiting" ends, or "connecting" times out. problem: {name, text?} of the
// current problem, else null. again: whether it has been live before.

// Connection timeouts by number of previous failures: the first is short, as a connection not up within seconds was bad
// luck; later ones are longer, as the server or the network may be slow.
const CONNECT_WITHIN = [8000, 12_000, 25_000];
const MAX_TRIES = 4;
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000];
// Statuses that do not judge the offer: a proxy whose server is gone, or a request that arrived too slowly.
const PASSING = [408, 500, 502, 504];
// Statuses with Retry-After, and the message to show by their reason.
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

    // The browser provided no camera.
    denied(state, { name }) {
        return state.phase === "opening" ? ended(state, { name }) : [state, []];
    },

    answered(state, { session, now }) {
        if (state.phase !== "offering") return [state, []];
        const within = CONNECT_WITHIN[Math.min(state.tries, CONNECT_WITHIN.length - 1)];
        return [{ ...state, phase: "connecting", session, until: now + within }, []];
    },

    // The server refused the offer. wait: Retry-After in seconds, or 0. reason: one word, or "".
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

    // The connection was closed, or its path was lost for too long.
    lost(state, event) {
        if (state.phase === "live") return offering({ ...state, problem: { name: "lost" } }, event);
        return state.phase === "connecting" ? pathless(state, event) : [state, []];
    },

    // The server answers, but does not know the session: another one has taken its place.
    forgotten(state, event) {
        if (state.phase !== "live") return [state, []];
        return offering({ ...state, session: null, problem: { name: "lost" } }, event);
    },

    // The drawing mode changed, which needs a new connection. An offer under way has the previous mode.
    renew(state, event) {
        return ["offering", "connecting", "live"].includes(state.phase) ? offering(state, event) : [state, []];
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
    // Jitter, so that clients do not all reconnect at once when a server comes back.
    const wait = Math.max(least, longest * (0.5 + chance / 2)) + (least ? chance * 1000 : 0);
    // A server that says when to come again has not failed.
    const tries = state.tries + (least ? 0 : 1);
    return [{ ...state, phase: "waiting", tries, until: now + wait }, ["hang up"]];
}

function pathless(state, event) {
    // A first failure may be bad luck: report no problem yet.
    const problem = state.tries ? { name: "PathError" } : state.problem;
    if (!state.again && state.tries + 1 >= MAX_TRIES) return ended(state, problem);
    return waiting({ ...state, problem }, event);
}

function ended(state, problem) {
    const acts = ["hang up", "close"];
    if (state.session) acts.unshift("end");
    return [{ ...IDLE, attempt: state.attempt + 1, problem, over: state.session }, acts];
}
