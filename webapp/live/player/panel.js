// The controls and messages around the picture: renders the given state and calls back on user input.

class Panel {
    // does: {call, source, quality, drawing, mirror, snapshot, record}, each called with the selected value, if any.
    constructor(root, does) {
        this.root = root;
        this.options = "";
        this.selected = "";
        const on = (name, event, call) => this.find(name).addEventListener(event, call);
        for (const name of ["source", "quality", "drawing"])
            on(`.${name} select`, "change", ({ target }) => {
                // The control shows the selection, which may be rejected before the next update.
                this.selected = "";
                does[name](target.value);
            });
        for (const name of ["call", "mirror", "snapshot", "record"]) on(`.${name}`, "click", () => does[name]());
        this.find(".quality select").replaceChildren(
            ...Object.keys(SIZES).map((height) => new Option(`${height}p`, height, height === "480", height === "480")),
        );
    }

    find(name) {
        return this.root.querySelector(name);
    }

    // data: the component's data; see component.py.
    label({ texts, credit_url: url }) {
        // Somebody may be looking through the options just now.
        if (JSON.stringify(this.texts) === JSON.stringify(texts)) return;
        this.texts = texts;
        for (const name of ["source", "quality", "drawing", "mirror", "snapshot"])
            this.find(`.${name} span`).textContent = texts[name];
        for (const name of ["fps", "latency", "count", "load"]) this.find(`.figures .${name}`).textContent = texts[name];
        for (const name of ["latency", "load"]) this.find(`.figures .${name}`).setAttribute("title", texts[`${name}_help`]);
        this.find(".fields").setAttribute("aria-label", texts.controls);
        this.find(".picture").setAttribute("aria-label", texts.video);
        this.find(".drawing select").replaceChildren(
            new Option(texts.overlay, "overlay"),
            new Option(texts.drawn, "drawn"),
        );
        this.selected = "";
        const credit = Object.assign(document.createElement("a"), { href: url, textContent: url });
        credit.target = "_blank";
        credit.rel = "noopener";
        this.find(".credit").replaceChildren(`${texts.credit} `, credit);
    }

    // known: [source, name] of each source.
    list(known) {
        const options = JSON.stringify(known);
        if (this.options === options) return;
        this.options = options;
        this.find(".source select").replaceChildren(...known.map(([source, name]) => new Option(name, source)));
    }

    // now: {live, playing, mirrored, wanted: {source, quality}, mode, recording, alert, notice, told}.
    show(now) {
        const { texts } = this;
        this.find(".screen").classList.toggle("idle", !now.live);
        write(this.find(".call"), now.live ? texts.stop : texts.start);
        this.select(now);
        this.find(".mirror").setAttribute("aria-pressed", String(now.mirrored));
        this.find(".credit").hidden = now.wanted.source !== "demo";
        const [shoot, record, hint] = [this.find(".snapshot"), this.find(".record"), this.find(".hint")];
        shoot.disabled = !now.playing;
        record.disabled = !now.recording && (!now.playing || !recordable());
        for (const part of [record, hint]) part.classList.toggle("running", Boolean(now.recording));
        write(record.querySelector("span"), now.recording ? `${texts.recording} ${now.recording}` : texts.record);
        const able = recordable() ? "" : texts.cannot_record;
        write(hint, now.recording ? texts.recording_hint : now.playing ? able : texts.idle);
        this.find(".alert").hidden = !now.alert;
        write(this.find(".alert"), now.alert);
        write(this.find(".notice"), now.notice);
        write(this.find(".told"), now.told);
    }

    // Updates only on changes: the user may have a list open.
    select({ wanted: { source, quality }, mode }) {
        const now = JSON.stringify([source, quality, mode, this.options]);
        if (this.selected === now) return;
        this.selected = now;
        this.find(".source select").value = source;
        this.find(".quality select").value = String(quality);
        this.find(".drawing select").value = mode;
    }

    // figures: {fps, latency, faces, load, viewers, max_viewers}, or null for none.
    figure(figures) {
        this.find(".figures").hidden = !figures;
        const { texts } = this;
        write(this.find(".seats"), figures ? fill(texts.seats, { taken: figures.viewers, most: figures.max_viewers }) : "");
        if (!figures) return;
        const values = [
            figures.fps.toFixed(0),
            fill(texts.milliseconds, { n: (1000 * figures.latency).toFixed(0) }),
            String(figures.faces),
            percent(figures.load),
        ];
        ["fps", "latency", "count", "load"].forEach((name, i) => write(this.find(`.figures .${name} + dd`), values[i]));
    }
}

// Writes only changes: screen readers would announce each write again.
function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
}
