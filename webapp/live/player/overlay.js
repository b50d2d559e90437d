// Where the faces of a message are now, and how they are drawn over a picture of any size.
//
// Pure but for `paint`, which is given what it draws with. A message is one of type "faces" (docs/live.md).

// Seconds for which a face is expected to keep its speed.
const AHEAD = 0.3;
// Seconds after which a message says nothing any more: usually, and at most; and by times the seconds since the frame of
// the message before, where the server is slow.
const STALE = 1.5;
const MAX_STALE = 3;
const STALE_INTERVALS = 2.5;

// Seconds for which a message holds whose frame came so many seconds after that of the one before.
const staleAfter = (interval) => Math.min(Math.max(STALE, STALE_INTERVALS * interval), MAX_STALE);

// Seconds since the frame of a message was taken, when it came `since` seconds ago.
const ageOf = (message, roundTrip, since) => roundTrip + message.age + since;

// The box [x, y, w, h] of a face after some seconds, in pixels of the message's frame.
function boxAfter({ box, motion }, seconds) {
    const ahead = Math.min(Math.max(seconds, 0), AHEAD);
    const [x, y, w, h] = box.map((value, i) => value + (motion?.[i] ?? 0) * ahead);
    return [x, y, Math.max(w, 0), Math.max(h, 0)];
}

// The faces as they stand now: [{box, face}] in pixels of a picture of size {width, height}, turned about if mirrored.
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

// What is drawn: [{box, caption, colour}]. words: a Words. colours: {above, below, plain}. above: the upper label.
function marks(placed, words, colours, above) {
    const numbered = placed.length > 1;
    return placed.map(({ face, box }) => ({
        box,
        caption: words.caption(face, numbered),
        colour: face.refused || face.label === null ? colours.plain : face.label === above ? colours.above : colours.below,
    }));
}

// The strip [x, y, w, h] of a caption: above its box, or below the picture's top edge, and never beyond its sides.
function strip([x, y], textWidth, size, width) {
    const pad = Math.max(2, Math.floor(size / 4));
    const [w, h] = [textWidth + 2 * pad, size + 2 * pad];
    return [Math.min(Math.max(x, 0), Math.max(width - w, 0)), y >= h ? y - h : Math.max(y, 0), w, h];
}

// Draws marks on a canvas' context. size: of the canvas, {width, height}; least: pixels of the smallest writing.
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
