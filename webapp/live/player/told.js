// State received from the server for this session, and the updates sent to the chart next to the video (meter.js
// listens). Times are passed in as arguments, in milliseconds.

const NEWS = "fairest-faces";
const SAMPLE_EVERY = 250;
const TELL_EVERY = 1000;
// Milliseconds of samples included in each update.
const OVERLAP = 5000;
// States in which the last seen faces may still be valid.
const SEEING = [null, "live", "behind", "stopping"];

class Told {
    constructor() {
        Object.assign(this, { attempt: null, state: null, chosen: null, figures: null, faces: null, above: null });
        Object.assign(this, { at: -Infinity, interval: 0, ages: [], samples: [], spoke: -Infinity, since: -Infinity });
    }

    // The video shows another source from now on: what is told of frames before belongs to the previous one.
    switched(now) {
        Object.assign(this, { faces: null, interval: 0, since: now });
    }

    // Handles a message (docs/live.md) received on the connection of an attempt.
    hear(message, attempt, now, roundTrip = 0) {
        // Each connection restarts its video's time.
        if (this.attempt !== attempt) Object.assign(this, { attempt, faces: null, interval: 0 });
        const { type } = message;
        if (type === "state") this.state = message.state;
        else if (type === "hello") [this.above] = message.labels;
        else if (type === "chosen" || type === "figures") this[type] = message;
        else if (type === "faces" && now - 1000 * ageOf(message, roundTrip, 0) >= this.since) {
            // The channel may deliver out of order.
            if (!(message.time < this.faces?.time)) this.see(message, now);
        }
    }

    see(message, now) {
        const interval = this.faces ? message.time - this.faces.time : 0;
        Object.assign(this, { faces: message, at: now, interval });
        this.ages.push(message.age);
        if (now - (this.samples.at(-1)?.[0] ?? -Infinity) < SAMPLE_EVERY) return;
        const known = message.faces.filter(({ track, rating }) => track !== null && rating !== null);
        this.samples.push([now, Object.fromEntries(known.map(({ track, rating }) => [track, rating]))]);
        while (this.samples[0][0] < now - OVERLAP) this.samples.shift();
    }

    // Returns the faces currently in view; see facesNow.
    placed(size, mirrored, roundTrip, now) {
        if (!this.faces || !SEEING.includes(this.state)) return [];
        const age = ageOf(this.faces, roundTrip, (now - this.at) / 1000);
        return facesNow(this.faces, age, size, mirrored, this.interval);
    }

    seen(roundTrip, now) {
        return this.placed({ width: 1, height: 1 }, false, roundTrip, now).map(({ face }) => face);
    }

    // Returns the figures of the last second; null before the first analysed frame. Latency is the frames' time through
    // the server if it draws, or the mean age of the messages if the overlay is drawn here; plus the round trip.
    figure(mode, roundTrip, now) {
        const { figures, ages } = this;
        if (!figures || !this.faces) return null;
        const age = ages.reduce((sum, one) => sum + one, 0) / (ages.length || 1);
        this.ages = [];
        const latency = (mode === "drawn" ? figures.latency : age) + roundTrip;
        return { ...figures, latency, faces: this.seen(roundTrip, now).length };
    }

    // Returns the update for the chart; null if there is nothing or the last one was just sent.
    tell(words, roundTrip, now) {
        if (!this.faces || now - this.spoke < TELL_EVERY) return null;
        this.spoke = now;
        const faces = this.seen(roundTrip, now);
        return {
            ...this.ratings(now),
            faces: faces.map((face) => ({
                number: face.track,
                rated: face.rating !== null && !face.refused,
                text: words.numbered(face),
            })),
            label: words.summary(faces),
            said: words.summary(faces, true),
        };
    }

    // Returns the update for the chart at the end: there is no picture that a face could be in.
    over(now) {
        return this.faces && { ...this.ratings(now), faces: null, label: "", said: "" };
    }

    // Returns the part of an update that draws the lines.
    ratings(now) {
        const recent = this.samples.filter(([time]) => time >= now - OVERLAP);
        return {
            now: now / 1000,
            threshold: this.chosen?.threshold ?? null,
            samples: recent.map(([time, ratings]) => [time / 1000, ratings]),
        };
    }
}

// Sends the chart next to the video an update, if there is one.
function announce(news) {
    if (news) document.dispatchEvent(new CustomEvent(NEWS, { detail: news }));
}
