// The controls under the video. They look a few times a second whether streamlit-webrtc's frame is there, which comes
// later than they do, and may come anew.

const FRAME = "iframe[title*='streamlit_webrtc']";
const START = "button.MuiButton-containedPrimary";
// What outlives this panel: when a server is lost, another one draws the page anew.
const MEMORY = Symbol.for("fairest.memory");
const EVERY = 250;
// A start that comes to nothing is tried so often, and not sooner again than after so many milliseconds.
const TRIES = 4;
const PATIENCE = 4000;
const panels = new WeakMap();

export default function ({ parentElement: root, data, setStateValue }) {
    const panel = panels.get(root) ?? new Panel(root);
    panels.set(root, panel);
    const visit = panel.attach(data, setStateValue);
    return () => panel.detach(visit);
}

class Panel {
    constructor(root) {
        this.root = root;
        this.visit = 0;
        this.options = "";
        this.turned = {};
        this.error = "";
        const changed = (byHand) => {
            if (byHand) {
                this.begin(this.studio.pressed, 1, Date.now());
                this.unconnected = false;
            }
            this.remember();
            this.show();
        };
        const failed = (name) => {
            this.error = name;
            this.show();
        };
        this.studio = new Studio(new Film(this.find(".film")), changed, failed);
        this.find(".quality select").replaceChildren(
            ...Object.keys(SIZES).map((height) => new Option(`${height}p`, height, height === "480", height === "480")),
        );
        const on = (name, event, call) => this.find(name).addEventListener(event, call);
        on(".source select", "change", (event) => this.choose({ source: event.target.value }));
        on(".quality select", "change", (event) => this.choose({ quality: Number(event.target.value) }));
        on(".mirror", "click", () => this.turn());
        on(".snapshot", "click", () => this.shoot());
        on(".record", "click", () => this.record());
        this.devices = () => this.list();
    }

    find(name) {
        return this.root.querySelector(name);
    }

    // Called for each rendering; only a detach for the last of them ends anything.
    attach(data, setStateValue) {
        this.data = data;
        this.path = location.pathname;
        this.studio.url = data.film;
        this.studio.start = data.texts.start;
        this.send = (value) => setStateValue("mirror", value);
        this.adopt(data.session);
        for (const name of ["source", "quality", "mirror", "snapshot"])
            this.find(`.${name} span`).textContent = data.texts[name];
        this.find(".bar").setAttribute("aria-label", data.texts.controls);
        const credit = Object.assign(document.createElement("a"), { href: data.credit_url, textContent: data.credit_url });
        credit.target = "_blank";
        credit.rel = "noopener";
        this.find(".credit").replaceChildren(`${data.texts.credit} `, credit);
        if (!this.timer) {
            navigator.mediaDevices?.addEventListener("devicechange", this.devices);
            this.timer = setInterval(() => this.look(), EVERY);
        }
        this.list();
        this.look();
        return ++this.visit;
    }

    detach(visit) {
        if (visit !== this.visit) return;
        clearInterval(this.timer);
        this.timer = null;
        this.remember();
        this.forget(window[MEMORY]);
        navigator.mediaDevices?.removeEventListener("devicechange", this.devices);
        this.recording?.stop();
        this.studio.close();
    }

    // A session of another name is that of another server: what was chosen stays, and who was live goes on.
    adopt(session) {
        const memory = window[MEMORY];
        if (memory?.session === session && this.session === session) return;
        if (memory && memory.session !== session) {
            Object.assign(this.studio.wanted, memory.wanted);
            Object.assign(this.turned, memory.turned);
            this.begin(memory.live, 0, 0);
        }
        this.session = session;
        this.studio.pressed = false;
        window[MEMORY] = { session, wanted: this.studio.wanted, turned: this.turned, live: false };
    }

    // Also at the end: the last click may have come after the last look.
    remember() {
        const memory = window[MEMORY];
        if (memory?.session === this.session) memory.live = this.starting || this.studio.pressed;
    }

    // Whoever goes to another page wants the camera off, whatever becomes of the server; also later, from the page of a
    // full one, which has no panel.
    forget(memory) {
        if (location.pathname !== this.path) memory.live = false;
        else if (memory.live && memory === window[MEMORY] && !this.timer) setTimeout(() => this.forget(memory), EVERY);
    }

    // Whether the stream is to start; how often that was tried by now, and when last.
    begin(starting, tries, tried) {
        Object.assign(this, { starting, tries, tried });
    }

    // START that is back though nobody pressed STOP did not work: on a busy machine a connection may not come about.
    goOn() {
        const { studio, page } = this;
        const start = page?.querySelector(START);
        if (!start || start.disabled || start.textContent !== this.data.texts.start || !studio.inside(page)) return;
        this.unconnected = Boolean(studio.call && !studio.call.connected);
        if (studio.taking || Date.now() < this.tried + PATIENCE) return;
        const name = this.trouble();
        const again = this.tries < TRIES && (!this.tries || !name || name === "PathError");
        this.begin(again, this.tries + 1, Date.now());
        if (again) start.click();
    }

    look() {
        const frame = document.querySelector(`[class*="${this.session}"] ${FRAME}`);
        try {
            if (frame && !this.outside) this.studio.enter(frame);
        } catch (error) {
            console.warn("the library chooses the camera by itself", error);
            this.outside = true;
        }
        this.page = frame?.contentDocument;
        fit(frame);
        const video = this.page?.querySelector("video");
        this.video = video?.srcObject?.active && video.videoWidth ? video : null;
        this.starting &&= !this.video;
        this.unconnected &&= !this.video;
        this.remember();
        if (this.starting) this.goOn();
        if (this.recording && (this.recording.over || !this.video)) this.recording.stop();
        this.studio.settle();
        this.show();
    }

    async list() {
        const { studio, data } = this;
        const known = [...(await cameras(data.texts)), ["demo", data.texts.demo]];
        // The camera that the browser chose by itself has a name of its own by now.
        const own = studio.given?.track.getSettings?.().deviceId;
        const named = known.some(([source]) => source === `device:${own}`) && `device:${own}`;
        if (named && studio.given.source === "camera") studio.given.source = named;
        const { source: before } = studio.wanted;
        if (!known.some(([source]) => source === before)) {
            studio.wanted.source = named || known[0][0];
            this.turned[studio.wanted.source] ??= this.turned[before];
        }
        if (this.options !== JSON.stringify(known)) {
            this.options = JSON.stringify(known);
            this.find(".source select").replaceChildren(...known.map(([source, name]) => new Option(name, source)));
        }
        this.show();
    }

    choose(choice) {
        this.error = "";
        this.studio.choose(choice);
        this.show();
    }

    get mirrored() {
        const { wanted, given } = this.studio;
        const track = given?.source === wanted.source ? given.track : null;
        return this.turned[wanted.source] ?? mirrors(wanted.source, track);
    }

    turn() {
        this.turned[this.studio.wanted.source] = !this.mirrored;
        this.show();
    }

    async shoot() {
        try {
            this.tell(await snapshot(this.video));
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
            this.tell(name);
        };
        try {
            this.recording = new Recording(this.video, saved);
            this.show();
        } catch {
            this.tell();
        }
    }

    // A file was saved by this name, or by none.
    tell(name) {
        const { texts } = this.data;
        this.error = name ? "" : "SaveError";
        this.find(".told").textContent = name ? texts.saved.replace("{name}", name) : "";
        this.show();
    }

    show() {
        const { texts, errors } = this.data;
        const { wanted, given } = this.studio;
        if (given?.track !== this.listed) {
            this.listed = given?.track;
            this.list();
        }
        for (const select of this.root.querySelectorAll("select")) select.disabled = Boolean(this.outside);
        this.select(wanted);
        this.find(".mirror").setAttribute("aria-pressed", String(this.mirrored));
        if (this.sent !== this.mirrored) {
            this.sent = this.mirrored;
            this.send(this.sent);
        }
        this.find(".credit").hidden = wanted.source !== "demo";
        const [shoot, record] = [this.find(".snapshot"), this.find(".record")];
        shoot.disabled = !this.video;
        record.disabled = !this.recording && (!this.video || !recordable());
        record.classList.toggle("running", Boolean(this.recording));
        write(record.querySelector("span"), this.recording ? `${texts.recording} ${this.recording.time}` : texts.record);
        const hint = this.find(".hint");
        hint.classList.toggle("running", Boolean(this.recording));
        const able = recordable() ? "" : texts.cannot_record;
        write(hint, this.recording ? texts.recording_hint : this.video ? able : texts.idle);
        const alert = this.find(".alert");
        const name = this.trouble();
        alert.hidden = !name;
        write(alert, name ? errors[name] : "");
    }

    // Only when there is something new: somebody may be looking through the options just now.
    select({ source, quality }) {
        const now = JSON.stringify([source, quality, this.options]);
        if (this.selected === now) return;
        this.selected = now;
        this.find(".source select").value = source;
        this.find(".quality select").value = String(quality);
    }

    // The name of what is wrong, of those that there is a sentence for.
    trouble() {
        const insecure = !window.isSecureContext || !navigator.mediaDevices;
        if (insecure && this.studio.wanted.source !== "demo") return "insecure";
        const shown = this.video ? "" : (this.page?.body?.innerText ?? "");
        // While it is tried the server says so, which knows as much.
        const start = this.page?.querySelector(START);
        if (this.unconnected && start?.textContent === this.data.texts.start) return "PathError";
        return Object.keys(this.data.errors).find((name) => name === this.error || shown.includes(name));
    }
}

// The library tells its height before its style is ours.
function fit(frame) {
    const content = frame?.contentDocument?.getElementById("root")?.firstElementChild;
    if (content) frame.style.minHeight = `${Math.ceil(content.getBoundingClientRect().bottom)}px`;
}

// Only what changed: each writing would be read out anew.
function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
}
