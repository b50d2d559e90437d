// Stands between streamlit-webrtc, in its frame, and the browser: whatever source is wanted, the library gets it as
// its camera, and a change while the stream runs goes into the same connection. Where it cannot be put in, the library
// works as it is.

const STUDIO = Symbol.for("fairest.studio");
// Milliseconds for which a connection may be in a state that may pass.
const GRACE = 3000;
// Before the video comes its place is as large as it will be, with START in its middle. The library's own styles come
// later than this one, hence the id.
const STYLE = `
    body { overflow: hidden; }
    #root > div { position: relative; }
    #root .MuiButton-root { min-height: 44px; text-transform: none; }
    #root .MuiButton-colorInherit { display: none; }
    #root .MuiPaper-root:not(.MuiAlert-root) { aspect-ratio: 4 / 3; border-radius: 8px; }
    #root .MuiPaper-root:not(.MuiAlert-root) > svg { display: none; }
    #root video { display: block; border-radius: 8px; }
    #root > div:has(> div > .MuiPaper-root > svg) .MuiButton-containedPrimary {
        position: absolute; top: 50%; left: 50%; transform: translate(-50%, -50%);
        padding: 12px 32px; font-size: 1.1rem;
    }
`;

const same = (a, b) => a?.source === b?.source && a?.quality === b?.quality;

class Studio {
    // film: a Film. onChange: called when something changed, with true when the viewer pressed START or STOP. failed:
    // called with an error's name.
    constructor(film, onChange, failed) {
        Object.assign(this, { film, onChange, failed });
        this.url = "";
        this.wanted = { source: "camera", quality: 480 };
        this.given = null;
        this.call = null;
        // Whether START was pressed last, not STOP.
        this.pressed = false;
        // Whether a viewer may be looking at the browser's question for the camera.
        this.taking = false;
    }

    // Put it into the window of a frame, once; and hide what the library has for choosing cameras.
    enter(frame) {
        const { contentWindow: window, contentDocument: page } = frame;
        // A frame has an empty document before its own, and may keep the window: what went in there would be half lost.
        if (!window?.RTCPeerConnection || !page?.head || page.URL === "about:blank") return;
        if (window[STUDIO]) {
            window[STUDIO].studio = this;
            return;
        }
        const door = { studio: this };
        const devices = window.navigator.mediaDevices ?? pretended(window);
        // The page's own, not the frame's: a track lives no longer than the window that asked for it, and the frame may
        // come anew while the camera is on.
        const { mediaDevices } = navigator;
        const real = mediaDevices?.getUserMedia.bind(mediaDevices);
        const connection = window.RTCPeerConnection.prototype;
        const { addTrack } = connection;
        patient(connection);
        connection.addTrack = function (track, ...streams) {
            const sender = addTrack.call(this, track, ...streams);
            if (track.kind === "video") door.studio.ring({ connection: this, sender, stream: streams[0] });
            return sender;
        };
        devices.getUserMedia = (asked) => (asked?.video ? door.studio.take(window, real) : real(asked));
        // START and STOP are one button; whoever presses STOP stays stopped.
        page.addEventListener("click", ({ target, isTrusted }) => {
            const button = target.closest?.("button.MuiButton-containedPrimary");
            if (!button) return;
            door.studio.pressed = button.textContent === door.studio.start;
            door.studio.onChange(isTrusted);
        }, true);
        window[STUDIO] = door;
        page.head.append(Object.assign(page.createElement("style"), { textContent: STYLE }));
    }

    // A connection begins; whether the two ends find each other is remembered, since the library closes it when not.
    ring(call) {
        this.call = call;
        call.connection.addEventListener("connectionstatechange", () => {
            call.connected ||= call.connection.connectionState === "connected";
        });
    }

    inside(page) {
        return Boolean(page?.defaultView?.[STUDIO]);
    }

    // What the library gets for its camera: the one that is on already, if it is.
    async take(window, real) {
        this.real = real;
        this.call = null;
        const choice = { ...this.wanted };
        const on = this.given && same(this.given, choice) && this.given.track.readyState === "live";
        this.taking = true;
        try {
            if (!on) this.hold(choice, await this.open(choice));
        } finally {
            this.taking = false;
        }
        return new window.MediaStream([this.given.track]);
    }

    async open({ source, quality }) {
        if (source === "demo") return this.film.open(this.url, quality);
        if (!this.real) throw new DOMException("no camera here", "NotAllowedError");
        const stream = await this.real({ video: constraints({ source, quality }), audio: false });
        return stream.getVideoTracks()[0];
    }

    hold(choice, track) {
        this.given = { ...choice, track, lost: false };
        const { given } = this;
        // Not by stop(): the camera was unplugged, or the browser took it away.
        track.addEventListener("ended", () => {
            given.lost = true;
            if (this.given === given && this.live) this.failed("AbortError");
        });
        this.onChange();
    }

    // Whether there is a connection that a change can go into.
    get live() {
        const open = this.call && !["closed", "failed", "disconnected"].includes(this.call.connection.connectionState);
        return Boolean(open && this.given && (this.given.lost || this.given.track.readyState === "live"));
    }

    choose(choice) {
        Object.assign(this.wanted, choice);
        this.settle();
    }

    // Make what is given what is wanted.
    async settle() {
        if (this.busy || !this.live || same(this.wanted, this.given)) return;
        this.busy = true;
        const choice = { ...this.wanted };
        try {
            await this.change(choice);
        } catch (error) {
            const { source, quality } = this.given;
            this.wanted = { source, quality };
            this.failed(error.name);
        }
        this.busy = false;
        this.onChange();
        this.settle();
    }

    async change(choice) {
        const { given, call } = this;
        if (choice.source === given.source && !given.lost) {
            if (choice.source === "demo") this.film.resize(choice.quality);
            else await given.track.applyConstraints(constraints(choice));
            given.quality = choice.quality;
            return;
        }
        await this.replace(call, choice, await this.openBeside(choice));
    }

    // A source while another one is open. Many phones give one camera at a time.
    async openBeside(choice) {
        const { given } = this;
        try {
            return await this.open(choice);
        } catch (error) {
            if (given.source === "demo" || !["NotReadableError", "AbortError"].includes(error.name)) throw error;
            given.track.stop();
            try {
                return await this.open(choice);
            } catch {
                await this.replace(this.call, given, await this.open(given));
                throw error;
            }
        }
    }

    async replace({ sender, stream }, { source, quality }, track) {
        const before = this.given.track;
        try {
            await sender.replaceTrack(track);
        } catch (error) {
            track.stop();
            throw error;
        }
        stream.removeTrack(before);
        stream.addTrack(track);
        this.hold({ source, quality }, track);
        before.stop();
    }

    // The page was left.
    close() {
        this.film.close();
        this.given?.track.stop();
        this.given = this.call = null;
    }
}

// The library gives up a connection that is "failed" or "disconnected" at once. Both may be over in a moment: Chromium
// says the first while the addresses of the other side still come in, the second when a few packets were lost.
function patient(connection) {
    const { addEventListener } = connection;
    connection.addEventListener = function (name, listener, ...options) {
        const call = (event) => listener.call(this, event);
        const lost = () => ["failed", "disconnected"].includes(this.connectionState);
        // One that was closed meanwhile is told no more: the library would stop the stream that came after it.
        const later = (event) => {
            if (lost()) setTimeout(() => lost() && call(event), GRACE);
            else call(event);
        };
        addEventListener.call(this, name, name === "connectionstatechange" ? later : listener, ...options);
    };
}

// Without HTTPS browsers have no cameras at all; the demo film needs none.
function pretended(window) {
    const devices = Object.assign(new window.EventTarget(), { enumerateDevices: async () => [] });
    Object.defineProperty(window.navigator, "mediaDevices", { value: devices, configurable: true });
    return devices;
}
