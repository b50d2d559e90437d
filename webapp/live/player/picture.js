// What the viewer sees: a video, and over it a canvas with what is drawn here. Snapshots and recordings are of both.

const RECORDED_RATE = 30;

class Picture {
    // draws(size, mirrored): the marks for a picture of that size; see overlay.js. ink: the captions' colour.
    constructor(video, canvas, draws) {
        Object.assign(this, { video, canvas, draws, ink: "", mirrored: false });
        this.canvas.hidden = true;
    }

    // stream: what is shown, or null. over: whether anything is drawn over it here.
    show(stream, over) {
        if (this.video.srcObject !== stream) {
            this.video.srcObject = stream;
            if (stream) this.video.play?.()?.catch?.(() => {});
        }
        this.canvas.hidden = !over || !stream;
    }

    // Only where the drawing is made here: what the server draws it has turned about itself.
    turn(mirrored) {
        this.mirrored = mirrored;
        this.video.classList.toggle("mirrored", mirrored);
    }

    get playing() {
        return Boolean(this.video.srcObject?.active && this.video.videoWidth);
    }

    // In the screen's own pixels, so that writing is sharp and no smaller than can be read.
    frame() {
        const ratio = window.devicePixelRatio || 1;
        const size = { width: Math.round(this.video.clientWidth * ratio), height: Math.round(this.video.clientHeight * ratio) };
        if (this.canvas.width !== size.width || this.canvas.height !== size.height) Object.assign(this.canvas, size);
        const pen = this.canvas.getContext("2d");
        pen.clearRect(0, 0, size.width, size.height);
        paint(pen, this.draws(size, this.mirrored), size, this.ink, Math.round(13 * ratio));
    }

    // The picture as it is shown now, on a canvas of the video's own size.
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

    // For a recording: the video itself where nothing is drawn over it here.
    record() {
        if (this.canvas.hidden) return this.video.srcObject;
        const canvas = this.compose();
        // Not by animation frames: those stop when the tab is in the background.
        this.recording = setInterval(() => this.playing && this.compose(canvas), 1000 / RECORDED_RATE);
        return canvas.captureStream(RECORDED_RATE);
    }

    recorded() {
        clearInterval(this.recording);
    }
}
