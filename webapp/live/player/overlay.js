// Predicts where a message's faces are now, and draws them over a picture of any size.
//
// Pure except for `paint`, which draws on the context it is given. Messages are of type "faces" (docs/live.md).

// Seconds for which a face's motion is extrapolated.
const AHEAD = 0.3;
// Seconds after which a message is stale: the usual value and the maximum; and, where the server is slow, the multiple
// of the interval between the last two messages' frames.
const STALE = 1.5;
const MAX_STALE = 3;
const STALE_INTERVALS = 2.5;

// Seconds for which a message is valid; interval: seconds between its frame and the previous message's.
const staleAfter = (interval) => Math.min(Math.max(STALE, STALE_INTERVALS * interval), MAX_STALE);

// Age in seconds of a message's frame; since: seconds since the message arrived.
const ageOf = (message, roundTrip, since) => roundTrip + message.age + since;

// Returns a face's box [x, y, w, h] after some seconds, in pixels of the message's frame.
function boxAfter({ box, motion }, seconds) {
    const ahead = Math.min(Math.max(seconds, 0), AHEAD);
    const [x, y, w, h] = box.map((value, i) => value + (motion?.[i] ?? 0) * ahead);
    return [x, y, Math.max(w, 0), Math.max(h, 0)];
}

// Returns the current faces [{box, face}] in pixels of a picture of size {width, height}, mirrored if requested.
// interval: see staleAfter.
function facesNow(message, age, { width, height }, mirrored = false, interval = 0) {
    if (!message || age > staleAfter(interval)) return [];
    const [across, down] = [width / message.width, height / message.height];
    return message.faces.map((face) => {
        const [x, y, w, h] = boxAfter(face, age);
        const left = mirrored ? message.width - x - w : x;
        return { face, box: [left * across, y * down, w * across, h * down] };
    });
}

// Returns what to draw: [{box, caption, colour}]. words: a Words. colours: {above, below, plain}. above: the upper
// label.
function marks(placed, words, colours, above) {
    const numbered = placed.length > 1;
    return placed.map(({ face, box }) => ({
        box,
        caption: words.caption(face, numbered),
        colour: face.refused || face.label === null ? colours.plain : face.label === above ? colours.above : colours.below,
    }));
}

// Returns a caption's strip [x, y, w, h]: above its box, or inside the picture's top edge, and never beyond its sides.
function strip([x, y], textWidth, size, width) {
    const pad = Math.max(2, Math.floor(size / 4));
    const [w, h] = [textWidth + 2 * pad, size + 2 * pad];
    return [Math.min(Math.max(x, 0), Math.max(width - w, 0)), y >= h ? y - h : Math.max(y, 0), w, h];
}

// Draws marks on a canvas context. size: of the canvas, {width, height}; least: minimum font size in pixels.
function paint(pen, drawn, { width, height }, ink, least = 11) {
    const side = Math.min(width, height);
    const size = Math.max(least, Math.round(side / 24));
    pen.lineWidth = Math.max(1, Math.round(Math.max(side / 240, least / 6)));
    pen.font = `600 ${size}px sans-serif`;
    pen.textBaseline = "middle";
    for (const { box, caption, colour } of drawn) {
        pen.strokeStyle = pen.fillStyle = colour;
        pen.strokeRect(...box);
        if (!caption) continue;
        const [x, y, w, h] = strip(box, pen.measureText(caption).width, size, width);
        pen.fillRect(x, y, w, h);
        pen.fillStyle = ink;
        pen.fillText(caption, x + (w - pen.measureText(caption).width) / 2, y + h / 2);
    }
}
