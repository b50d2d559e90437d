// The Live page's component: connects camera, connection, picture and controls. The decisions are made elsewhere:
// session.js has the state machine, overlay.js the positions of faces, notices.js the messages.

// State that outlives this element: when a server is lost, another one may render the page anew.
const MEMORY = Symbol.for("fairest.memory");
const EVERY = 250;
const players = new WeakMap();

export default function ({ parentElement: root, data }) {
    const player = players.get(root) ?? new Player(root);
    players.set(root, player);
    const visit = player.attach(data);
    return () => player.detach(visit);
}

class Player {
    constructor(root) {
        Object.assign(this, { visit: 0, state: IDLE, mode: "overlay", turned: {}, failed: "", saved: "", told: new Told() });
        const find = (name) => root.querySelector(name);
        this.camera = new Camera(new Film(find(".film")), {
            changed: () => this.list(),
            replaced: (track, scale) => this.replace(track, scale),
            failed: (name) => this.fail(name),
            lost: () => this.unplugged(),
        });
        this.wire = new Wire((event) => this.happen(event), (message) => this.hear(message));
        this.choice = new Choice();
        this.picture = new Picture(find(".picture"), find(".overlay"), (...given) => this.marks(...given));
        this.panel = new Panel(root, {
            call: () => this.press(),
            source: (source) => this.choose({ source }),
            quality: (quality) => this.choose({ quality: Number(quality) }),
            drawing: (mode) => this.draw(mode),
            mirror: () => this.turn(),
            snapshot: () => this.shoot(),
            record: () => this.record(),
        });
        this.devices = () => this.list();
        this.leave = () => this.state.session && this.wire.end(this.state.session);
    }

    // Called on every render; only a detach that matches the last one ends anything.
    attach(data) {
        this.data = data;
        this.words = new Words(data.words, data.language);
        this.camera.url = data.film;
        this.wire.settings = data;
        this.picture.ink = data.colours.ink;
        this.panel.label(data);
        this.choice.change({ ...data.choice, language: data.language });
        if (!this.timer) this.begin();
        this.list();
        this.look();
        return ++this.visit;
    }

    begin() {
        this.path = location.pathname;
        navigator.mediaDevices?.addEventListener("devicechange", this.devices);
        addEventListener("pagehide", this.leave);
        this.timer = setInterval(() => this.look(), EVERY);
        const memory = window[MEMORY];
        window[MEMORY] = { live: false };
        if (!memory) return;
        Object.assign(this.camera.wanted, memory.wanted);
        Object.assign(this.turned, memory.turned);
        this.mode = memory.mode ?? this.mode;
        if (memory.live) this.happen({ type: "start" });
    }

    detach(visit) {
        if (visit !== this.visit) return;
        clearInterval(this.timer);
        this.remember();
        this.timer = null;
        this.forget(window[MEMORY]);
        navigator.mediaDevices?.removeEventListener("devicechange", this.devices);
        removeEventListener("pagehide", this.leave);
        this.recording?.stop();
        this.happen({ type: "stop" });
    }

    remember() {
        if (!this.timer) return;
        const { wanted } = this.camera;
        Object.assign(window[MEMORY], { wanted, turned: this.turned, mode: this.mode, live: this.live });
    }

    // Leaving for another page should turn the camera off; the URL may change a moment after the element is removed.
    forget(memory) {
        if (location.pathname !== this.path) memory.live = false;
        else if (memory.live && memory === window[MEMORY] && !this.timer) setTimeout(() => this.forget(memory), EVERY);
    }

    get live() {
        return this.state.phase !== "idle";
    }

    // Feeds an event to the state machine (session.js) and performs its actions.
    happen(event) {
        const [state, acts] = step(this.state, { now: performance.now(), chance: Math.random(), ...event });
        this.state = state;
        for (const act of acts) this.act(act);
        if (this.timer) this.look(false);
    }

    act(name) {
        const { attempt } = this.state;
        if (name === "open") this.open(attempt);
        else if (name === "offer") this.offer(attempt);
        else if (name === "drop before") this.wire.dropBefore();
        else if (name === "hang up") this.wire.hangUp();
        else if (name === "end") this.wire.end(this.state.over);
        else {
            this.camera.close();
            announce(this.told.over(performance.now()));
            this.told = new Told();
        }
    }

    async open(attempt) {
        try {
            if (!window.RTCPeerConnection) throw new DOMException("no WebRTC here", "WebRTCError");
            await this.camera.show(this.mode === "overlay");
            if (this.state.attempt === attempt) await this.camera.open(); // Otherwise STOP was pressed.
        } catch (error) {
            this.happen({ type: "denied", attempt, name: error.name });
            return;
        }
        this.happen({ type: "opened", attempt });
    }

    offer(attempt) {
        const { mode, state: { session }, camera: { track, scale } } = this;
        this.wire.offer({ attempt, track, session, mode, scale, choice: this.choice.whole });
    }

    async replace(track, scale) {
        await this.wire.replace(track, scale);
        if (track !== this.camera.track) this.told.switched(performance.now());
    }

    // Another camera is not turned on without the viewer's START.
    unplugged() {
        this.happen({ type: "stop" });
        this.fail("AbortError");
    }

    hear(message) {
        this.told.hear(message, this.state.attempt, performance.now(), this.wire.roundTrip);
        if (message.type === "refused") this.choice.heard();
        if (message.type === "chosen") this.choice.heard(message.number);
    }

    get mirrored() {
        const { wanted, given } = this.camera;
        const track = given?.source === wanted.source ? given.track : null;
        return this.turned[wanted.source] ?? mirrors(wanted.source, track);
    }

    marks(size, mirrored) {
        const placed = this.told.placed(size, mirrored, this.wire.roundTrip, performance.now());
        return marks(placed, this.words, this.data.colours, this.told.above);
    }

    press() {
        this.failed = this.saved = "";
        this.happen({ type: this.live ? "stop" : "start" });
    }

    async choose(choice) {
        this.failed = "";
        await this.camera.choose(choice);
        this.look(false);
    }

    turn() {
        this.turned[this.camera.wanted.source] = !this.mirrored;
        this.look(false);
    }

    async draw(mode) {
        this.mode = mode;
        this.recording?.stop();
        await this.camera.show(mode === "overlay");
        this.happen({ type: "renew" });
    }

    fail(name) {
        this.failed = name;
        this.look(false);
    }

    async shoot() {
        try {
            this.tell(await snapshot(this.picture.compose()));
        } catch {
            this.tell();
        }
    }

    record() {
        if (this.recording) {
            this.recording.stop();
            return;
        }
        const saved = (name) => {
            this.recording = null;
            this.picture.recorded();
            this.tell(name);
        };
        try {
            this.recording = new Recording(this.picture.record(), saved);
            this.look(false);
        } catch {
            saved();
        }
    }

    // Shows that a file was saved under this name, or, without one, that saving failed.
    tell(name) {
        this.failed = name ? "" : "SaveError";
        this.saved = name ? fill(this.data.texts.saved, { name }) : "";
        this.look(false);
    }

    // Updates the display; called a few times a second and after events.
    look(due = true) {
        const now = performance.now();
        const { picture, camera, wire } = this;
        if (due) {
            this.happen({ type: "tick", now });
            this.measure(now);
            // Without faces, the server has nothing to answer yet.
            if (this.state.phase === "live" && this.told.faces) wire.checkSession(this.state, now);
        }
        const over = this.mode === "overlay";
        const { mirrored } = this;
        picture.turn(over && mirrored);
        picture.show(this.shown(), over);
        this.choice.change({ mirror: mirrored });
        const message = this.state.phase === "live" ? this.choice.message(now) : null;
        if (message) wire.say(message);
        if (this.recording && (this.recording.over || !picture.playing)) this.recording.stop();
        if (picture.playing && over && !this.drawing) this.animate();
        this.remember();
        this.panel.show({
            live: this.live,
            playing: picture.playing,
            mirrored,
            wanted: camera.wanted,
            mode: this.mode,
            recording: this.recording?.time,
            alert: camera.insecure ? this.data.errors.insecure : alertFor(this.state, this.failed, this.data.errors),
            notice: noticeFor(this.state, this.told, wire, this.data.notices),
            told: this.saved,
        });
    }

    // The stream to show: the camera's own picture or the video returned, keeping the last one until there is a new
    // one.
    shown() {
        const { camera: { track, on }, picture: { video: { srcObject: before } } } = this;
        if (!this.live) return null;
        if (this.mode === "drawn") return this.wire.stream ?? before;
        if (!on) return null;
        return before?.getVideoTracks?.()[0] === track ? before : new MediaStream([track]);
    }

    // Updates network statistics, figures and chart once a second.
    async measure(now) {
        if (now - (this.measured ?? -Infinity) < 1000) return;
        this.measured = now;
        const { told, wire: { roundTrip } } = this;
        this.panel.figure(told.figure(this.mode, roundTrip, now));
        announce(told.tell(this.words, roundTrip, now));
        await this.wire.measure();
    }

    animate() {
        this.drawing = true;
        requestAnimationFrame(() => {
            this.drawing = false;
            if (!this.timer || this.mode !== "overlay") return;
            this.picture.frame();
            if (this.picture.playing) this.animate();
        });
    }

    async list() {
        const { camera, data, turned } = this;
        const known = [...(await cameras(data.texts)), ["demo", data.texts.demo]];
        const { source: before } = camera.wanted;
        camera.match(known);
        turned[camera.wanted.source] ??= turned[before];
        this.panel.list(known);
        this.look(false);
    }
}
