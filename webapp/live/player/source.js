// Video sources. A selection is {source, quality}: source is "camera" (the browser's default), "front", "back",
// "device:ID" or "demo"; quality is the height of the picture sent to the server. The aspect ratio is 4:3 at every
// quality, so that faces keep their place in the picture, and the tracker keeps its faces, when the quality changes.

const SIZES = { 360: [480, 360], 480: [640, 480], 720: [960, 720] };
// Size requested of a camera whose own picture the viewer sees.
const FULL = [1280, 960];
const RATE = 30;

// full: whether the viewer sees the camera's own picture, of which the server gets a smaller one.
function constraints({ source, quality }, full = false) {
    const [width, height] = full ? FULL : SIZES[quality];
    const video = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: RATE } };
    if (source === "front") video.facingMode = { ideal: "user" };
    if (source === "back") video.facingMode = { ideal: "environment" };
    if (source.startsWith("device:")) video.deviceId = { exact: source.slice("device:".length) };
    return video;
}

// The factor by which the picture sent is smaller than the track's. The film is drawn at the selected size already, and
// its track reports a new size only a moment later.
function scaleOf({ source, quality }, track) {
    if (source === "demo") return 1;
    const { width, height } = track?.getSettings?.() ?? {};
    if (!width || !height) return 1;
    const [long, short] = SIZES[quality];
    return Math.max(1, Math.max(width, height) / long, Math.min(width, height) / short);
}

// Whether people expect a mirrored picture: not from a camera that faces away from them.
function mirrors(source, track) {
    return source !== "demo" && source !== "back" && track?.getSettings?.().facingMode !== "environment";
}

// The demo film as a camera: drawn on a canvas, because not every browser can capture a stream from a video element.
class Film {
    constructor(video) {
        this.video = video;
        this.canvas = document.createElement("canvas");
    }

    async open(url, quality) {
        if (!this.canvas.captureStream) throw new DOMException("no captureStream", "FilmError");
        try {
            if (this.video.getAttribute("src") !== url) this.video.src = url;
            await this.video.play();
        } catch (error) {
            throw new DOMException(error.message, "FilmError");
        }
        this.resize(quality);
        const [track] = this.canvas.captureStream(RATE).getVideoTracks();
        clearInterval(this.timer);
        // Not requestAnimationFrame: it pauses in background tabs, and the stream should not.
        this.timer = setInterval(() => {
            if (track.readyState === "ended") this.close();
            else if (this.video.paused) this.video.play().catch(() => {});
            else this.draw();
        }, 1000 / RATE);
        return track;
    }

    resize(quality) {
        [this.canvas.width, this.canvas.height] = SIZES[quality];
        this.draw();
    }

    draw() {
        this.canvas.getContext("2d").drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    }

    close() {
        clearInterval(this.timer);
        this.video.pause();
    }
}

// Returns the available cameras as [source, name]. Browsers reveal names only after camera access was granted.
async function cameras(texts) {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const named = devices.filter((device) => device.kind === "videoinput" && device.deviceId && device.label);
    // Some browsers append vendor and product ids to the name.
    const list = named.map((device) => [`device:${device.deviceId}`, device.label.replace(/ \([0-9a-f:]{9}\)$/, "")]);
    if (matchMedia("(pointer: coarse)").matches)
        return [["front", texts.front], ["back", texts.back], ...(list.length > 2 ? list : [])];
    return list.length ? list : [["camera", texts.camera]];
}
