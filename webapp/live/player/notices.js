// Which sentence stands at the video: what is wrong first, what is merely so last. Pure.

// Round trip, seconds, and share of packets lost, above which a network is poor.
const SLOW = 0.3;
const LOSSY = 0.04;

// After START that came to nothing, and is not tried again; or beside a video that goes on. errors: sentences by name.
function alertFor({ phase, problem }, failed, errors) {
    if (problem && phase === "idle") return problem.text || (errors[problem.name] ?? errors.NotReadableError);
    return failed ? (errors[failed] ?? errors.NotReadableError) : "";
}

// told: {state, chosen, faces} of the server's messages. wire: {roundTrip, lost}. texts: sentences by name.
function noticeFor({ phase, problem }, told, wire, texts) {
    if (phase === "idle") return "";
    if (problem) return fill(texts[problem.name] ?? problem.text ?? "", problem);
    if (phase === "opening") return texts.asking;
    if (phase !== "live") return texts.connecting;
    if (told.state && told.state !== "live") return texts[told.state] ?? "";
    if (told.chosen?.error) return fill(texts.unusable, { reason: told.chosen.error });
    if (told.chosen?.loading) return texts.loading;
    if (!told.faces) return texts.first;
    return wire.roundTrip > SLOW || wire.lost > LOSSY ? texts.poor : "";
}
