// A session's peer connections, offered over HTTP, and the browser's statistics about them. All decisions are made in
// session.js.

// Milliseconds for which a connection may be "disconnected", which is transient when only a few packets were lost.
const GRACE = 3000;
// Milliseconds after which an offer is sent with the candidates gathered so far: a STUN server may not answer.
const GATHER_WITHIN = 4000;
// Milliseconds within which an offer must be answered; the server itself gives up earlier. Without a limit, a request
// on a TCP connection whose path is gone would hang for minutes.
const POST_WITHIN = 30_000;
// Milliseconds of silence on the channel, which usually tells something several times a second, after which the server
// is asked over HTTP whether it still has the session. A browser takes much longer to notice that a server is gone.
const SILENCE = 1200;
// Milliseconds within which it must answer.
const ANSWER_WITHIN = 4000;

class Wire {
    // settings: {url, ice_servers, language}. happened(event): see session.js. heard(message): receives channel
    // messages.
    constructor(happened, heard) {
        Object.assign(this, { happened, heard, settings: null, line: null, before: null });
        Object.assign(this, { heardAt: Infinity, roundTrip: 0, lost: 0 });
    }

    // Offers a new connection. what: {attempt, track, session, mode, choice, scale}; scale: the factor by which the
    // picture sent is smaller than the track's.
    async offer(what) {
        const line = this.connect(what);
        if (this.line && !this.before) this.before = this.line;
        else this.line?.peer.close();
        this.line = line;
        this.heardAt = Infinity;
        const { attempt } = what;
        let reply;
        try {
            await line.peer.setLocalDescription();
            await gathered(line.peer);
            if (line !== this.line) return;
            reply = await this.post({
                sdp: line.peer.localDescription.sdp,
                type: "offer",
                mode: what.mode,
                choice: what.choice,
                ...(what.session && { session: what.session }),
            });
        } catch {
            this.happened({ type: "unreachable", attempt });
            return;
        }
        await this.answered(line, what, reply);
    }

    connect({ attempt, track, mode, scale }) {
        const peer = new RTCPeerConnection({ iceServers: this.settings.ice_servers });
        const line = { peer, attempt, stream: null };
        const drawn = mode === "drawn";
        line.video = peer.addTransceiver(track, {
            direction: drawn ? "sendrecv" : "sendonly",
            streams: [new MediaStream([track])],
            sendEncodings: [{ scaleResolutionDownBy: scale }],
        });
        line.channel = peer.createDataChannel("faces", { ordered: false, maxRetransmits: 0 });
        line.channel.addEventListener("message", ({ data }) => {
            if (line !== this.line) return;
            this.heardAt = performance.now();
            this.heard(JSON.parse(data));
        });
        peer.addEventListener("track", (event) => (line.stream = new MediaStream([event.track])));
        const lost = () => this.happened({ type: "lost", attempt });
        line.channel.addEventListener("close", lost);
        peer.addEventListener("connectionstatechange", () => {
            const { connectionState: state } = peer;
            if (state === "connected") this.happened({ type: "connected", attempt });
            else if (state === "failed") lost();
            else if (state === "disconnected")
                setTimeout(() => ["disconnected", "failed"].includes(peer.connectionState) && lost(), GRACE);
        });
        return line;
    }

    async answered(line, { attempt, session: before }, reply) {
        try {
            if (!reply.ok) {
                const wait = Number(reply.headers.get("Retry-After")) || 0;
                const text = reply.headers.get("Content-Type")?.startsWith("text/plain") ? await reply.text() : "";
                const reason = reply.headers.get("Fairest-Reason") ?? "";
                this.happened({ type: "rejected", attempt, status: reply.status, reason, wait, text });
                return;
            }
            const { session, sdp } = await reply.json();
            this.happened({ type: "answered", attempt, session });
            if (line === this.line) await line.peer.setRemoteDescription({ type: "answer", sdp });
            // Closed by now. A new session would keep a place that nobody uses; one that existed before may go on.
            else if (!this.line || session !== before) this.end(session);
        } catch {
            this.happened({ type: "unreachable", attempt });
        }
    }

    // Asks whether the server still has the session, if the channel has been silent since its last message. Without an
    // answer, it is up to the connection whether it is lost.
    async checkSession({ session, attempt }, now) {
        if (now - this.heardAt < SILENCE) return;
        this.heardAt = now;
        try {
            const signal = AbortSignal.timeout(ANSWER_WITHIN);
            const { status } = await fetch(`${this.settings.url}/${session}/faces`, { signal });
            if (status === 404) this.happened({ type: "forgotten", attempt });
        } catch {
            // No answer.
        }
    }

    async post(offer) {
        return fetch(this.settings.url, {
            method: "POST",
            headers: { "Content-Type": "application/json", "Accept-Language": this.settings.language },
            body: JSON.stringify(offer),
            signal: AbortSignal.timeout(POST_WITHIN),
        });
    }

    // keepalive: also works while the page is being unloaded.
    end(session) {
        fetch(`${this.settings.url}/${session}`, { method: "DELETE", keepalive: true }).catch(() => {});
    }

    dropBefore() {
        this.before?.peer.close();
        this.before = null;
    }

    hangUp() {
        this.dropBefore();
        this.line?.peer.close();
        this.line = null;
    }

    // Returns whether the message was sent.
    say(message) {
        if (this.line?.channel.readyState !== "open") return false;
        this.line.channel.send(JSON.stringify(message));
        return true;
    }

    // The video returned by the server, if there is any.
    get stream() {
        return this.line?.stream ?? null;
    }

    // Replaces the track in the current connection, if there is one.
    async replace(track, scale) {
        const { sender } = this.line?.video ?? {};
        if (!sender) return;
        await sender.replaceTrack(track);
        await this.resize(scale);
    }

    async resize(scale) {
        const { sender } = this.line?.video ?? {};
        const parameters = sender?.getParameters();
        if (!parameters?.encodings?.length) return;
        parameters.encodings[0].scaleResolutionDownBy = scale;
        await sender.setParameters(parameters);
    }

    // Updates round-trip time in seconds and packet loss ratio of the uplink from the browser's statistics.
    async measure() {
        const report = await this.line?.peer.getStats();
        for (const one of report?.values() ?? []) {
            if (one.type === "candidate-pair" && one.nominated) this.roundTrip = one.currentRoundTripTime ?? this.roundTrip;
            if (one.type === "remote-inbound-rtp") this.lost = one.fractionLost ?? 0;
        }
    }
}

async function gathered(peer) {
    const complete = new Promise((done) => {
        const look = () => peer.iceGatheringState === "complete" && done();
        peer.addEventListener("icegatheringstatechange", look);
        look();
    });
    await Promise.race([complete, new Promise((done) => setTimeout(done, GATHER_WITHIN))]);
}
