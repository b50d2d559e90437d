// Snapshots and recordings of the displayed picture, saved on the viewer's own machine.

const KINDS = ["video/webm;codecs=vp8", "video/webm", "video/mp4"];

const recordable = () => KINDS.find((kind) => window.MediaRecorder?.isTypeSupported(kind));

function save(blob, ending) {
    const now = new Date();
    const local = new Date(now - now.getTimezoneOffset() * 60000).toISOString();
    const name = `fairest-${local.slice(0, 19).replace("T", "-").replaceAll(":", "")}.${ending}`;
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    return name;
}

// canvas: contains the picture.
async function snapshot(canvas) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new DOMException("no picture", "SaveError");
    return save(blob, "png");
}

class Recording {
    // stream: the stream to record. saved: called with the file name once it is saved, or with nothing if there was no
    // picture to save.
    constructor(stream, saved) {
        this.begin = performance.now();
        const kind = recordable();
        const parts = [];
        this.recorder = new MediaRecorder(stream, { mimeType: kind, videoBitsPerSecond: 2500000 });
        this.recorder.addEventListener("dataavailable", ({ data }) => data.size && parts.push(data));
        this.recorder.addEventListener("stop", () => {
            const type = kind.split(";")[0];
            saved(parts.length ? save(new Blob(parts, { type }), type.split("/")[1]) : undefined);
        });
        this.recorder.start(1000);
    }

    // Elapsed time as minutes:seconds.
    get time() {
        const seconds = Math.floor((performance.now() - this.begin) / 1000);
        return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }

    get over() {
        return this.recorder.state === "inactive";
    }

    stop() {
        if (!this.over) this.recorder.stop();
    }
}
