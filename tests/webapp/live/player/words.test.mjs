import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../load.mjs";

const { Words } = await load("webapp/live/player/player.js");

const TEXTS = {
    reasons: { "too small": "слишком мелкое" },
    advice: { "too small": "подойдите ближе" },
    not_rated: "без оценки, {reason}",
    soon: "сейчас",
    nobody: "Никого.",
    face: "Лицо {number}: {text}",
    found: { one: "Найдено {n} лицо", few: "Найдено {n} лица", many: "Найдено {n} лиц", other: "Найдено {n} лиц" },
};
const RATED = { rating: 3.44, label: "Sexy", probability: 0.806, refused: null, track: 1 };
const SMALL = { rating: null, label: null, probability: null, refused: "too small", track: 2 };
const NEW = { ...SMALL, refused: null };
const words = new Words(TEXTS, "ru");

test("at a face stand label, rating and probability, or the reason, or nothing yet", () => {
    assert.equal(words.caption(RATED), "Sexy 3.4 (81 %)");
    assert.equal(words.caption(SMALL), "слишком мелкое");
    assert.equal(words.caption(NEW), "");
    assert.equal(words.caption({ ...SMALL, refused: "something new" }), "something new");
});

test("a number goes in front where it is asked for and there is one", () => {
    assert.equal(words.caption(RATED, true), "1 · Sexy 3.4 (81 %)");
    assert.equal(words.caption(NEW, true), "2");
    assert.equal(words.caption({ ...RATED, track: null }, true), "Sexy 3.4 (81 %)");
});

test("a face that was refused is not called rated, whatever else is known of it", () => {
    assert.equal(words.caption({ ...RATED, refused: "too small" }), "слишком мелкое");
    assert.equal(words.line({ ...RATED, refused: "too small" }), "без оценки, подойдите ближе");
    assert.equal(words.line(NEW), "сейчас");
});

test("faces are counted in the language's own forms", () => {
    const count = (n) => words.summary(Array.from({ length: n }, () => RATED)).split(".")[0];
    assert.deepEqual([1, 2, 5, 21].map(count), ["Найдено 1 лицо", "Найдено 2 лица", "Найдено 5 лиц", "Найдено 21 лицо"]);
    assert.equal(words.summary([]), "Никого.");
});

test("what is read out does not change with every rating, what is shown does", () => {
    const said = (rating, brief) => words.summary([{ ...RATED, rating }, SMALL], brief);
    assert.equal(said(3.4, true), said(3.6, true));
    assert.notEqual(said(3.4, false), said(3.6, false));
    assert.equal(said(3.4, true), "Найдено 2 лица. Лицо 1: Sexy. Лицо 2: без оценки, подойдите ближе.");
});

test("braces in what is filled in are left alone", () => {
    assert.equal(words.numbered(RATED, "{number}"), "Лицо 1: {number}");
});
