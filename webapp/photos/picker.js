// Accepts pictures by file dialog, drop, paste or the phone's camera and uploads them one per request, two at a time.
// The server reports each picture's result as an event; the page is rerun after the first one and then periodically.

const AT_A_TIME = 2;
const SHOW_EVERY = 1500;
const DIALOG_EVERY = 300;
const RETRIES = 8;
const pickers = new WeakMap();

export default function (component) {
    const { parentElement: root, data, setTriggerValue } = component;
    let picker = pickers.get(root);
    if (!picker) {
        picker = new Picker(root);
        pickers.set(root, picker);
    }
    picker.data = data;
    picker.show = () => setTriggerValue("arrived", Date.now());
    picker.attach();
    return () => picker.detach();
}

class Picker {
    constructor(root) {
        this.root = root;
        this.queue = [];
        this.running = new Set();
        this.done = 0;
        this.total = 0;
        this.shown = 0;
        this.timer = null;
        const on = (name, event, call) => this.find(name).addEventListener(event, call);
        for (const [button, input] of [[".choose", ".files"], [".photograph", ".shot"]]) {
            on(button, "click", () => this.find(input).click());
            on(input, "change", (event) => {
                this.add([...event.target.files]);
                event.target.value = "";
            });
        }
        on(".cancel", "click", () => this.cancel());
        on(".retry", "click", () => this.resume());
        this.listeners = {
            paste: (event) => this.take(event, event.clipboardData),
            drop: (event) => this.take(event, event.dataTransfer),
            dragover: (event) => this.over(event, true),
            dragleave: (event) => this.over(event, false),
        };
    }

    find(name) {
        return this.root.querySelector(name);
    }

    attach() {
        const { texts, accept } = this.data;
        for (const name of ["invite", "limits", "choose", "photograph", "cancel", "retry"])
            this.find(`.${name}`).textContent = texts[name];
        this.find(".files").accept = accept;
        this.find(".files").setAttribute("aria-label", texts.choose);
        this.find(".shot").setAttribute("aria-label", texts.photograph);
        this.find("progress").setAttribute("aria-label", texts.progress);
        this.find(".photograph").hidden = !matchMedia("(pointer: coarse)").matches;
        for (const [event, call] of Object.entries(this.listeners)) document.addEventListener(event, call);
        clearTimeout(this.leaving);
        this.tell();
    }

    // The page may merely be re-rendering; cancel the uploads only if it was really left.
    detach() {
        for (const [event, call] of Object.entries(this.listeners)) document.removeEventListener(event, call);
        this.leaving = setTimeout(() => this.cancel(), 1000);
    }

    over(event, inside) {
        if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
        event.preventDefault();
        this.find(".drop").classList.toggle("over", inside && event.type === "dragover");
    }

    async take(event, given) {
        this.find(".drop").classList.remove("over");
        if (!given?.files?.length && ![...(given?.items ?? [])].some((item) => item.kind === "file")) return;
        event.preventDefault();
        const entries = [...given.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
        let files = [...given.files];
        const unread = [];
        if (entries.some((entry) => entry.isDirectory)) {
            const leftBehind = new RegExp(`^(?:${this.data.left_behind})$`, "is");
            files = await inFolders(entries, leftBehind, unread);
        }
        this.add(files);
        const { unread: why, nothing } = this.data.texts;
        if (unread.length) this.faults(unread.map((name) => `${name}: ${why}`), true);
        else if (!files.length) this.faults([nothing], true);
    }

    add(files) {
        const { texts, most_bytes: most, most_archive_bytes: mostArchive, most_pictures: mostPictures } = this.data;
        const idle = !this.queue.length && !this.running.size;
        if (idle) {
            this.done = this.total = 0;
            this.faults([]);
        }
        const fits = files.filter((file) => file.size <= (isArchive(file) ? mostArchive : most));
        const large = files.filter((file) => !fits.includes(file));
        const taken = fits.slice(0, Math.max(0, mostPictures - this.queue.length));
        const faults = large.map((file) => `${file.name}: ${texts.large}`);
        if (taken.length < fits.length) faults.push(texts.many);
        this.faults(faults, true);
        // Per file, how many pictures it holds as far as is known, and how many are reported.
        this.queue.push(...taken.map((file) => ({ file, known: 1, done: 0 })));
        this.total += taken.length;
        this.resume();
    }

    resume() {
        this.stopped = false;
        this.tell();
        while (this.queue.length && this.running.size < AT_A_TIME) this.send(this.queue.shift());
    }

    async send(job) {
        job.abort = new AbortController();
        this.running.add(job);
        try {
            await this.deliver(job);
        } catch (error) {
            if (error.name !== "AbortError" && job.done < job.known) {
                this.queue.unshift(job);
                this.stopped = true;
                this.faults([this.data.texts.unreachable], true);
            }
        }
        this.running.delete(job);
        this.tell();
        if (!this.stopped) this.resume();
        if (!this.running.size) this.arrived(true);
    }

    async deliver(job) {
        const { file } = job;
        // Windows allows file names that are not valid Unicode, which cannot be encoded.
        const name = file.name.toWellFormed?.() ?? file.name;
        for (let attempt = 0; attempt < RETRIES; attempt++) {
            const answer = await fetch(this.data.url, {
                method: "PUT",
                body: file,
                headers: {
                    "X-File-Name": encodeURIComponent(name),
                    "X-Received": `${job.done}`,
                    "Content-Type": "application/octet-stream",
                },
                credentials: "same-origin",
                signal: job.abort.signal,
            });
            if (answer.status === 429 || answer.headers.has("Retry-After")) {
                this.waiting = true;
                this.tell();
                await pause(1000 * Number(answer.headers.get("Retry-After") ?? 2), job.abort.signal);
                this.waiting = false;
                continue;
            }
            if (!answer.ok) {
                this.done += job.known - job.done;
                this.faults([`${file.name}: ${(await answer.text()) || this.data.texts.unreachable}`], true);
                return;
            }
            await this.listen(answer, job);
            return;
        }
        throw new Error("busy");
    }

    // Each event reports one rated picture: the file itself, or one from an archive.
    async listen(answer, job) {
        for await (const event of events(answer.body)) {
            this.total += event.of - job.known;
            job.known = event.of;
            job.done += event.done;
            this.done += event.done;
            if (event.told) this.faults([event.told], true);
            this.tell();
            if (event.done && this.done < this.total) this.arrived();
        }
        // A proxy may end a response cleanly although its server is gone.
        if (job.done < job.known) throw new Error("cut short");
    }

    arrived(last = false) {
        const wait = last || !this.shown ? 0 : Math.max(0, this.shown + SHOW_EVERY - Date.now());
        if (this.timer && wait) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.present(last), wait);
    }

    // A rerun would close an open dialog, so wait until the viewer closes it.
    present(last) {
        if (document.querySelector("[role=dialog]")) {
            this.timer = setTimeout(() => this.present(last), DIALOG_EVERY);
            return;
        }
        this.timer = null;
        this.shown = last ? 0 : Date.now();
        this.show();
    }

    cancel() {
        const busy = this.queue.length || this.running.size;
        this.queue = [];
        this.stopped = true;
        for (const job of this.running) job.abort.abort();
        this.tell();
        if (busy) this.find(".told").textContent = this.data.texts.cancelled;
    }

    tell() {
        const { texts } = this.data;
        const busy = this.queue.length > 0 || this.running.size > 0;
        this.find(".work").hidden = !busy;
        this.find(".retry").hidden = !(this.stopped && this.queue.length);
        if (!busy) {
            if (this.total && this.done >= this.total) this.find(".told").textContent = texts.all;
            return;
        }
        const said = texts.said.replace("{done}", this.done).replace("{of}", this.total);
        this.find("progress").max = Math.max(this.total, 1);
        this.find("progress").value = this.done;
        this.find(".said").textContent = this.waiting ? texts.wait : said;
        const tenth = Math.floor((10 * this.done) / this.total);
        if (tenth !== this.tenth) this.find(".told").textContent = said;
        this.tenth = tenth;
    }

    faults(lines, more = false) {
        const list = this.find(".faults");
        if (!more) list.replaceChildren();
        for (const line of lines) list.append(Object.assign(document.createElement("li"), { textContent: line }));
        list.hidden = !list.childElementCount;
    }
}

const isArchive = (file) => /\.zip$/i.test(file.name) || file.type === "application/zip";

function pause(ms, signal) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener("abort", () => {
            clearTimeout(timer);
            reject(new DOMException("", "AbortError"));
        });
    });
}

async function* events(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        text += value;
        const parts = text.split("\n\n");
        text = parts.pop();
        for (const part of parts) yield JSON.parse(part.replace(/^data: /, ""));
    }
}

// Skips operating systems' leftover files; names of unreadable entries go to `unread`, and the rest continues.
async function inFolders(entries, leftBehind, unread) {
    const files = [];
    for (const entry of entries.filter(({ name }) => !leftBehind.test(name))) {
        try {
            if (entry.isFile) files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
            else files.push(...(await inFolders(await listed(entry.createReader()), leftBehind, unread)));
        } catch {
            unread.push(entry.name);
        }
    }
    return files;
}

// Each readEntries call returns at most a hundred entries.
async function listed(reader) {
    const all = [];
    for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (!some.length) return all;
        all.push(...some);
    }
}
