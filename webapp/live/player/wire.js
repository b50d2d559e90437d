// A session's connections: offered by HTTP, and what the browser tells of them. It decides nothing (session.js does).

// Milliseconds for which a connection may be "disconnected", which passes when a few packets were lost.
const GRACE = 3000;
// Milliseconds after which an offer goes out with the addresses that were found by then: a STUN server may not answer.
const GATHER_WITHIN = 4000;

class Wire {
    // settings: {url, ice_servers, language}. happened(event): see session.js; heard(message): of the channel.
    constructor(happened, heard) {
        Object.assign(this, { happened, heard, settings: null, line: null, before: null, roundTrip: 0, lost: 0 });
    }

    // Offer a new connection. what: {attempt, track, session, mode, choice, scale}; scale: by how much the picture that
    // is sent is smaller than the track's.
    async offer(what) {
        const line = this.connect(what);
        if (this.line && !this.before) this.before = this.line;
        else this.line?.peer.close();
        this.line = line;
        const { attempt } = what;
        let reply;
        try {
            await line.peer.setLocalDescription();
            await gathered(line.peer);
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
        await this.answered(line, attempt, reply);
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
        line.channel.addEventListener("message", ({ data }) => line === this.line && this.heard(JSON.parse(data)));
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

    async answered(line, attempt, reply) {
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
            // It may be over by now.
            if (line === this.line) await line.peer.setRemoteDescription({ type: "answer", sdp });
            else this.unwanted(session);
        } catch {
            this.happened({ type: "unreachable", attempt });
        }
    }

    // An answer for a viewer who pressed STOP meanwhile.
    unwanted(session) {
        if (!this.line) this.end(session);
    }

    async post(offer) {
        return fetch(this.settings.url, {
            method: "POST",
            headers: { "Content-Type": "application/json", "Accept-Language": this.settings.language },
            body: JSON.stringify(offer),
        });
    }

    // Also when the page is left.
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

    // Whether a message went out.
    say(message) {
        if (this.line?.channel.readyState !== "open") return false;
        this.line.channel.send(JSON.stringify(message));
        return true;
    }

    // What comes back, where video does.
    get stream() {
        return this.line?.stream ?? null;
    }

    // Into the connection that there is.
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

    // Round trip, seconds, and the share of packets that the server lacked lately, as the browser knows them.
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
