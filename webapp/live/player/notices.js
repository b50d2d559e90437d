// Selects the message shown at the video: errors first, mere states last. Pure functions.

// Round-trip time in seconds and packet loss ratio above which a network counts as poor.
const SLOW = 0.3;
const LOSSY = 0.04;

// Message for a START that failed for good, or for a failure while the video continues. errors: messages by name.
function alertFor({ phase, problem }, failed, errors) {
    if (problem && phase === "idle") return problem.text || (errors[problem.name] ?? errors.NotReadableError);
    return failed ? (errors[failed] ?? errors.NotReadableError) : "";
}

// told: {state, chosen, faces} from the server's messages. wire: {roundTrip, lost}. texts: messages by name.
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
