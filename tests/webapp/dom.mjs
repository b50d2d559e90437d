// As much of a browser as the scripts use.

export class Element extends EventTarget {
    constructor(name = "") {
        super();
        Object.assign(this, { name, children: [], text: "", attributes: {}, clicks: 0, hidden: false, disabled: false });
        this.style = { setProperty: (property, value) => (this.style[property] = value) };
        const classes = new Set();
        this.classList = {
            add: (one) => classes.add(one),
            remove: (one) => classes.delete(one),
            contains: (one) => classes.has(one),
            toggle: (one, on) => (on ? classes.add(one) : classes.delete(one)),
        };
    }

    get textContent() {
        return this.text + this.children.map((child) => child.textContent ?? child).join("");
    }

    set textContent(text) {
        this.children = [];
        this.text = String(text);
    }

    get childElementCount() {
        return this.children.length;
    }

    append(...children) {
        this.children.push(...children);
    }

    replaceChildren(...children) {
        this.text = "";
        this.children = children;
    }

    setAttribute(name, value) {
        this.attributes[name] = String(value);
    }

    getAttribute(name) {
        return this.attributes[name] ?? null;
    }

    click() {
        this.clicks += 1;
        this.dispatchEvent(new Event("click"));
    }

    // A video.
    async play() {
        this.paused = false;
    }

    pause() {
        this.paused = true;
    }

    // A canvas.
    getContext() {
        return { drawImage() {} };
    }

    toBlob(done) {
        done(this.picture === undefined ? new Blob(["picture"]) : this.picture);
    }
}

// A component's own: whatever is looked for is there, and stays the same.
export class Root extends Element {
    #parts = {};

    querySelector(selector) {
        return (this.#parts[selector] ??= new Root(selector));
    }

    querySelectorAll() {
        return [];
    }
}

// Sets global names for a test, and takes them back after it.
export function pretend(t, names) {
    for (const [name, value] of Object.entries(names)) {
        const before = Object.getOwnPropertyDescriptor(globalThis, name);
        Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
        t.after(() => {
            if (before) Object.defineProperty(globalThis, name, before);
            else delete globalThis[name];
        });
    }
}

// A page around a component, with a clock that only the test moves on. found: what the document finds, by selector.
export function page(t, { now = Date.UTC(2026, 0, 2), found = {}, ...names } = {}) {
    t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now });
    const document = new Element("document");
    const made = [];
    Object.assign(document, {
        hidden: false,
        querySelector: (selector) => found[selector] ?? null,
        createElement: (name) => made[made.push(new Element(name)) - 1],
        createElementNS: (_, name) => new Element(name),
    });
    pretend(t, {
        document,
        window: globalThis,
        isSecureContext: true,
        performance: { now: () => Date.now() - now },
        matchMedia: () => ({ matches: false }),
        location: { pathname: "/", reload() {} },
        Option: class Option {
            constructor(text, value) {
                Object.assign(this, { textContent: text, value });
            }
        },
        ...names,
    });
    return { document, made, tick: (ms) => t.mock.timers.tick(ms) };
}

// Lets all that waits for nothing but promises go on.
export async function settled() {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export class Track extends EventTarget {
    constructor(name = "", settings = {}) {
        super();
        Object.assign(this, { name, settings, kind: "video", readyState: "live", asked: [] });
    }

    getSettings() {
        return this.settings;
    }

    async applyConstraints(constraints) {
        this.asked.push(constraints);
    }

    stop() {
        this.readyState = "ended";
    }
}
