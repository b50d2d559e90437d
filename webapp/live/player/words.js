// Texts about faces in the viewer's language: captions, the list, and texts for screen readers. Pure.

class Words {
    // texts: see texts.py. language: its code.
    constructor(texts, language) {
        this.texts = texts;
        this.plural = new Intl.PluralRules(language);
    }

    // A face's caption: "Sexy 3.4 (81 %)", why it is refused, or nothing.
    caption(face, numbered = false) {
        const text = face.refused ? this.reason(face.refused, "reasons") : rated(face) ? score(face) : "";
        if (!numbered || face.track === null) return text;
        return text ? `${face.track} · ${text}` : String(face.track);
    }

    // A face's line in the list: label, rating and probability, or why it has none.
    line(face) {
        if (face.refused) return fill(this.texts.not_rated, { reason: this.reason(face.refused, "advice") });
        return rated(face) ? score(face) : this.texts.soon;
    }

    // Summarises all faces in a sentence or two. brief: without ratings, which change constantly.
    summary(faces, brief = false) {
        if (!faces.length) return this.texts.nobody;
        const count = fill(this.texts.found[this.plural.select(faces.length)] ?? this.texts.found.other, {
            n: faces.length,
        });
        const each = faces.map((face) => {
            const text = brief && !face.refused && face.label !== null ? face.label : this.line(face);
            return this.numbered(face, text);
        });
        return `${[count, ...each].join(". ")}.`;
    }

    numbered(face, text = this.line(face)) {
        return fill(this.texts.face, { number: face.track, text });
    }

    // Returns the text for the guard's reason, or the reason itself if there is none.
    reason(reason, kind) {
        return this.texts[kind][reason] ?? reason;
    }
}

const rated = ({ rating, label, probability }) => rating !== null && label !== null && probability !== null;
// Writes a share as the other pages do: 0.81 is "81 %".
const percent = (share) => `${(100 * share).toFixed(0)} %`;
const score = ({ rating, label, probability }) => `${label} ${rating.toFixed(1)} (${percent(probability)})`;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
