// The active video source. It can be switched while running; the connection keeps its sender.

const same = (a, b) => a?.source === b?.source && a?.quality === b?.quality;

class Camera {
    // film: a Film. changed(): called when another source is active. replaced(track, scale): puts the track into the
    // connection, if there is one. failed(name): called with the error's name. lost(): called when the active source
    // ended by itself.
    constructor(film, { changed, replaced, failed, lost }) {
        Object.assign(this, { film, changed, replaced, failed, lost });
        this.url = "";
        this.full = true;
        this.wanted = { source: "camera", quality: 480 };
        this.given = null;
        this.busy = false;
        this.openings = 0;
    }

    get track() {
        return this.given?.track ?? null;
    }

    get on() {
        return this.track?.readyState === "live";
    }

    // Whether the browser withholds the wanted source, as it does without HTTPS.
    get insecure() {
        return (!window.isSecureContext || !navigator.mediaDevices) && this.wanted.source !== "demo";
    }

    get scale() {
        return scaleOf(this.given ?? this.wanted, this.track);
    }

    // Opens the wanted source unless it is on. Rejects with the browser's error. A source that arrives after close(), or
    // after another open(), is turned off again.
    async open() {
        const choice = { ...this.wanted };
        if (this.on && same(this.given, choice)) return;
        this.track?.stop();
        const opening = ++this.openings;
        const track = await this.take(choice);
        if (opening === this.openings) this.hold(choice, track);
        else track.stop();
    }

    async take({ source, quality }) {
        if (source === "demo") return this.film.open(this.url, quality);
        const { mediaDevices } = navigator;
        if (!mediaDevices) throw new DOMException("no camera here", "insecure");
        const video = constraints({ source, quality }, this.full);
        const stream = await mediaDevices.getUserMedia({ video, audio: false });
        return stream.getVideoTracks()[0];
    }

    hold(choice, track) {
        this.given = { ...choice, track };
        // Not fired by stop(): the camera was unplugged, or the browser took it away.
        track.addEventListener("ended", () => this.track === track && this.lost());
        this.changed();
    }

    // Wants another source if the wanted one is not among the known ones, [source, name].
    match(known) {
        // By now the camera that the browser picked by default can be identified.
        const own = `device:${this.track?.getSettings?.().deviceId}`;
        const named = known.some(([source]) => source === own);
        if (named && this.given.source === "camera") this.given.source = own;
        if (!known.some(([source]) => source === this.wanted.source)) this.wanted.source = named ? own : known[0][0];
    }

    choose(choice) {
        Object.assign(this.wanted, choice);
        return this.settle();
    }

    // Switches to the wanted source if another one is active.
    async settle() {
        if (this.busy || !this.given || same(this.wanted, this.given)) return;
        this.busy = true;
        const choice = { ...this.wanted };
        try {
            await this.change(choice);
        } catch (error) {
            // Unless something else was chosen meanwhile.
            if (this.given && same(this.wanted, choice))
                this.wanted = { source: this.given.source, quality: this.given.quality };
            this.failed(error.name);
        }
        this.busy = false;
        this.changed();
        await this.settle();
    }

    async change(choice) {
        const { given } = this;
        if (choice.source !== given.source) {
            await this.replace(choice, await this.openBeside(choice));
            return;
        }
        if (choice.source === "demo") this.film.resize(choice.quality);
        else if (!this.full) await given.track.applyConstraints(constraints(choice));
        given.quality = choice.quality;
        await this.replaced(given.track, this.scale);
    }

    // Opens a source while another one is open. Many phones provide only one camera at a time.
    async openBeside(choice) {
        const { given } = this;
        try {
            return await this.take(choice);
        } catch (error) {
            if (given.source === "demo" || !["NotReadableError", "AbortError"].includes(error.name)) throw error;
            given.track.stop();
            try {
                return await this.take(choice);
            } catch {
                await this.replace(given, await this.take(given));
                throw error;
            }
        }
    }

    async replace({ source, quality }, track) {
        const before = this.track;
        try {
            await this.replaced(track, scaleOf({ source, quality }, track));
        } catch (error) {
            track.stop();
            throw error;
        }
        if (this.given) this.hold({ source, quality }, track);
        // STOP was pressed in the meantime.
        else track.stop();
        if (before !== track) before?.stop();
    }

    // full: whether the viewer sees the camera's own picture.
    async show(full) {
        if (this.full === full) return;
        this.full = full;
        if (this.on && this.given.source !== "demo")
            await this.track.applyConstraints(constraints(this.given, full)).catch(() => {});
    }

    close() {
        this.openings += 1;
        this.film.close();
        this.track?.stop();
        this.given = null;
    }
}
