// A browser's RTCPeerConnection, as far as wire.js uses it; the test moves it on.

export class Peer extends EventTarget {
    static made = [];

    constructor(configuration) {
        super();
        Object.assign(this, { configuration, connectionState: "new", iceGatheringState: "new", closed: false, said: [] });
        Peer.made.push(this);
    }

    addTransceiver(track, options) {
        const sender = {
            track,
            parameters: { encodings: [{ ...options.sendEncodings[0] }] },
            getParameters: () => sender.parameters,
            setParameters: async (parameters) => (sender.parameters = parameters),
            replaceTrack: async (other) => (sender.track = other),
        };
        return (this.video = { ...options, sender });
    }

    createDataChannel(name, options) {
        this.channel = Object.assign(new EventTarget(), {
            name,
            options,
            readyState: "open",
            send: (text) => this.said.push(JSON.parse(text)),
        });
        return this.channel;
    }

    async setLocalDescription() {
        this.iceGatheringState = "complete";
        this.localDescription = { sdp: "v=0" };
    }

    async setRemoteDescription(description) {
        this.remote = description;
    }

    async getStats() {
        return new Map(Object.entries(this.stats ?? {}));
    }

    close() {
        this.closed = true;
        this.channel.readyState = "closed";
    }

    // The test's: the state changes, a message comes.
    to(state) {
        this.connectionState = state;
        this.dispatchEvent(new Event("connectionstatechange"));
    }

    hear(message) {
        this.channel.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(message) }));
    }
}

export class MediaStream {
    active = true;

    constructor(tracks = []) {
        this.tracks = tracks;
    }

    getVideoTracks() {
        return this.tracks;
    }
}

// An answer of the server's to an offer.
export const answer = (session = "one") => ({ ok: true, status: 201, json: async () => ({ session, sdp: "v=1" }) });

export function refusal(status, text = "", headers = {}) {
    const known = { "Content-Type": "text/plain; charset=utf-8", ...headers };
    return { ok: false, status, headers: { get: (name) => known[name] ?? null }, text: async () => text };
}
