// The chart scrolls continuously between the updates that arrive every second; it lags a moment behind, so that it
// never has to wait for data.

const MIN_RATING = 1;
const MAX_RATING = 5;
const HEIGHT = 168;
const MARGIN = { top: 8, right: 22, bottom: 20, left: 18 };
const DELAY = 1.4;
const GAP = 0.8;
const BETWEEN = 50;
const READ_EVERY = 5000;
// Of similar lightness, and legible on white and on black; indexed by face number.
const HUES = ["#0d9488", "#3b82f6", "#db2777", "#8b5cf6", "#64748b", "#b7791f"];
const meters = new WeakMap();

export default function ({ parentElement: root, data }) {
    const meter = meters.get(root) ?? new Meter(root);
    meters.set(root, meter);
    const visit = meter.attach(data);
    return () => meter.detach(visit);
}

class Meter {
    constructor(root) {
        this.root = root;
        this.visit = 0;
        this.samples = [];
        this.offset = Infinity;
        this.read = -Infinity;
        this.faces = "";
        this.news = { threshold: null, faces: [] };
        this.listener = ({ detail }) => this.take(detail);
        this.still = matchMedia("(prefers-reduced-motion: reduce)");
    }

    find(name) {
        return this.root.querySelector(name);
    }

    attach(data) {
        this.data = data;
        this.find(".title").textContent = data.texts.title;
        if (!this.running) {
            this.running = true;
            document.addEventListener("fairest-faces", this.listener);
            this.observer = new ResizeObserver(() => this.ground());
            this.observer.observe(this.find(".chart"));
            this.step();
        }
        this.ground();
        return ++this.visit;
    }

    detach(visit) {
        if (visit !== this.visit) return;
        this.running = false;
        document.removeEventListener("fairest-faces", this.listener);
        this.observer.disconnect();
    }

    take(news) {
        const last = this.samples.at(-1)?.[0] ?? -Infinity;
        this.samples.push(...news.samples.filter(([time]) => time > last));
        while (this.samples[0]?.[0] < news.now - this.data.seconds - DELAY) this.samples.shift();
        // The update with the least delay gives the best estimate of the clock offset.
        this.offset = Math.min(this.offset, performance.now() / 1000 - news.now);
        this.find(".meter").hidden = false;
        const moved = news.threshold !== this.news.threshold;
        this.news = news;
        if (moved) this.ground();
        this.list();
        this.tell();
        this.draw();
    }

    step(then = 0) {
        if (!this.running) return;
        requestAnimationFrame((now) => {
            const due = now - then >= BETWEEN && !this.still.matches;
            if (due) this.draw();
            this.step(due ? now : then);
        });
    }

    x(time) {
        return MARGIN.left + (1 - (this.now - time) / this.data.seconds) * this.plot;
    }

    y(rating) {
        return MARGIN.top + ((MAX_RATING - rating) / (MAX_RATING - MIN_RATING)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    }

    // Draws the static parts: the scale and the threshold between the labels.
    ground() {
        const { texts } = this.data;
        const chart = this.find(".chart");
        const width = chart.clientWidth;
        this.plot = Math.max(width - MARGIN.left - MARGIN.right, 1);
        const right = MARGIN.left + this.plot;
        const [grid, end] = [[], HEIGHT - 4];
        for (let rating = MIN_RATING; rating <= MAX_RATING; rating++) {
            grid.push(node("line", { x1: MARGIN.left, x2: right, y1: this.y(rating), y2: this.y(rating) }));
            grid.push(node("text", { x: MARGIN.left - 6, y: this.y(rating) + 4, "text-anchor": "end" }, rating));
        }
        grid.push(node("text", { x: MARGIN.left, y: end }, `−${this.data.seconds} s`));
        grid.push(node("text", { x: right, y: end, "text-anchor": "end" }, texts.now));
        const { threshold } = this.news;
        if (threshold !== null) {
            const y = this.y(threshold);
            grid.push(node("line", { class: "threshold", x1: MARGIN.left, x2: right, y1: y, y2: y }));
            const at = { class: "side", x: MARGIN.left + 4 };
            grid.push(node("text", { ...at, y: Math.max(y - 5, 12) }, `↑ ${texts.above}`));
            grid.push(node("text", { ...at, y: Math.min(y + 13, HEIGHT - MARGIN.bottom) }, `↓ ${texts.below}`));
        }
        this.find(".grid").replaceChildren(...grid);
        const clip = { x: MARGIN.left, y: 0, width: this.plot, height: HEIGHT };
        for (const [name, value] of Object.entries(clip)) this.find("clipPath rect").setAttribute(name, value);
        this.draw();
    }

    // Draws the moving parts: a line per face, with gaps where it had no rating, and its number at the end.
    draw() {
        if (!this.samples.length || document.hidden) return;
        this.now = performance.now() / 1000 - this.offset - DELAY;
        const lines = new Map();
        for (const [time, rated] of this.samples) {
            for (const [number, rating] of Object.entries(rated)) {
                const line = lines.get(number) ?? { path: "", time: -Infinity };
                line.path += `${time - line.time > GAP ? "M" : "L"}${this.x(time).toFixed(1)} ${this.y(rating).toFixed(1)}`;
                // The number follows the end of the line as far as it is visible.
                if (time <= this.now || line.time === -Infinity) line.y = this.y(rating);
                line.time = time;
                lines.set(number, line);
            }
        }
        this.find(".lines").replaceChildren(
            ...[...lines].map(([number, { path }]) => node("path", { d: path, stroke: hue(number) })),
        );
        const present = [...lines].filter(([, { time }]) => time > this.now - GAP).sort(([, a], [, b]) => a.y - b.y);
        let lowest = -Infinity;
        const names = present.map(([number, { y }]) => {
            lowest = Math.max(y + 4, lowest + 12);
            return node("text", { x: MARGIN.left + this.plot + 4, y: lowest, style: `fill: ${hue(number)}` }, number);
        });
        this.find(".names").replaceChildren(...names);
    }

    // Lists the faces in view; nothing once the video has ended, when `faces` is null.
    list() {
        const { faces } = this.news;
        const known = JSON.stringify(faces);
        if (known === this.faces) return;
        this.faces = known;
        const entries = (faces ?? []).map(({ number, rated, text }) => {
            const entry = Object.assign(document.createElement("li"), { textContent: text });
            entry.style.setProperty("--line", rated ? hue(number) : "transparent");
            return entry;
        });
        const nobody = Object.assign(document.createElement("li"), { textContent: this.data.texts.nobody });
        this.find(".faces").replaceChildren(...(faces?.length === 0 ? [nobody] : entries));
    }

    // Announces changes to screen readers, and not too often.
    tell() {
        this.find(".chart").setAttribute("aria-label", this.news.label || this.data.texts.title);
        const said = this.find(".said");
        if (said.textContent === this.news.said) return;
        if (this.news.said && performance.now() - this.read < READ_EVERY) return;
        said.textContent = this.news.said;
        this.read = performance.now();
    }
}

const hue = (number) => HUES[(number - 1) % HUES.length];

function node(name, attributes, text = "") {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
}
