// The viewer's selection of models and drawing on its way to the server. It is resent until the server acknowledges it,
// because the channel may lose messages. Times are passed in as arguments, in milliseconds.

const AGAIN_AFTER = 700;

class Choice {
    constructor() {
        Object.assign(this, { number: 0, fields: {}, owed: false, said: -Infinity });
    }

    // fields: {detector, classifier, threshold, confidence, mirror, language}; omitted ones keep their value.
    change(fields) {
        const next = { ...this.fields, ...fields };
        if (JSON.stringify(next) === JSON.stringify(this.fields)) return;
        Object.assign(this, { fields: next, number: this.number + 1, owed: true });
    }

    // The selection as included in an offer.
    get whole() {
        return { number: this.number, ...this.fields };
    }

    // Returns the message to send now, or null.
    message(now) {
        if (!this.owed || now - this.said < AGAIN_AFTER) return null;
        this.said = now;
        return { version: 1, type: "choose", ...this.whole };
    }

    // The server acknowledged the selection with this number; without a number, it refused the latest.
    heard(number = this.number) {
        if (number >= this.number) this.owed = false;
    }
}
