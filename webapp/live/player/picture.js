// The displayed picture: a video, and a canvas over it for the overlay. Snapshots and recordings include both.

const RECORDED_RATE = 30;

class Picture {
    // draws(size, mirrored): returns the marks for a picture of that size; see overlay.js. ink: the captions' colour.
    constructor(video, canvas, draws) {
        Object.assign(this, { video, canvas, draws, ink: "", mirrored: false });
        this.canvas.hidden = true;
    }

    // stream: the stream to show, or null. over: whether the overlay is drawn here.
    show(stream, over) {
        if (this.video.srcObject !== stream) {
            this.video.srcObject = stream;
            if (stream) this.video.play?.()?.catch?.(() => {});
        }
        this.canvas.hidden = !over || !stream;
    }

    // Only for the overlay drawn here: the server mirrors the picture itself if it draws.
    turn(mirrored) {
        this.mirrored = mirrored;
        this.video.classList.toggle("mirrored", mirrored);
    }

    get playing() {
        return Boolean(this.video.srcObject?.active && this.video.videoWidth);
    }

    // At device resolution, so that text is sharp and large enough to read.
    frame() {
        const ratio = window.devicePixelRatio || 1;
        const size = { width: Math.round(this.video.clientWidth * ratio), height: Math.round(this.video.clientHeight * ratio) };
        if (this.canvas.width !== size.width || this.canvas.height !== size.height) Object.assign(this.canvas, size);
        const pen = this.canvas.getContext("2d");
        pen.clearRect(0, 0, size.width, size.height);
        paint(pen, this.draws(size, this.mirrored), size, this.ink, Math.round(13 * ratio));
    }

    // Returns the current picture on a canvas of the video's own size.
    compose(canvas = document.createElement("canvas")) {
        const size = { width: this.video.videoWidth, height: this.video.videoHeight };
        if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
        const pen = canvas.getContext("2d");
        pen.save();
        if (this.mirrored) pen.setTransform(-1, 0, 0, 1, size.width, 0);
        pen.drawImage(this.video, 0, 0, size.width, size.height);
        pen.restore();
        if (!this.canvas.hidden) paint(pen, this.draws(size, this.mirrored), size, this.ink);
        return canvas;
    }

    // Returns the stream to record: the video itself if there is no overlay.
    record() {
        if (this.canvas.hidden) return this.video.srcObject;
        const canvas = this.compose();
        // Not requestAnimationFrame, which pauses in background tabs.
        this.recording = setInterval(() => this.playing && this.compose(canvas), 1000 / RECORDED_RATE);
        return canvas.captureStream(RECORDED_RATE);
    }

    recorded() {
        clearInterval(this.recording);
    }
}
