const PERIOD = 10_000;

// A page whose pass is over, or was handed back in another tab, would show the last it got and a bare error.
async function leaveWhenShut() {
    const answer = await fetch("/_stcore/host-config", { cache: "no-store" }).catch(() => null);
    if (answer?.status === 401) location.reload();
}

export default function ({ parentElement, data }) {
    parentElement.querySelector("button").textContent = data.text;
    const timer = setInterval(leaveWhenShut, PERIOD);
    return () => clearInterval(timer);
}
