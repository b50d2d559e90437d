// What the viewer chooses of models and drawing, on its way to the server: told until the server says that it goes by
// it, as a channel may lose a message. Time comes in as an argument, milliseconds.

const AGAIN_AFTER = 700;

class Choice {
    constructor() {
        Object.assign(this, { number: 0, fields: {}, owed: false, said: -Infinity });
    }

    // fields: {detector, classifier, threshold, confidence, mirror, language}; those not named stay.
    change(fields) {
        const next = { ...this.fields, ...fields };
        if (JSON.stringify(next) === JSON.stringify(this.fields)) return;
        Object.assign(this, { fields: next, number: this.number + 1, owed: true });
    }

    // As it is part of an offer.
    get whole() {
        return { number: this.number, ...this.fields };
    }

    // The message to send now; null when there is none.
    message(now) {
        if (!this.owed || now - this.said < AGAIN_AFTER) return null;
        this.said = now;
        return { version: 1, type: "choose", ...this.whole };
    }

    // The server goes by the choice of this number, or refuses the newest when it names none.
    heard(number = this.number) {
        if (number >= this.number) this.owed = false;
    }
}
