const PERIOD = 10_000;

// A page whose session is over, or was ended in another tab, would show the last it got and a bare error.
async function leaveWhenShut(probe) {
    const answer = await fetch(probe, { cache: "no-store" }).catch(() => null);
    if (answer?.status === 401) location.reload();
}

export default function ({ parentElement, data }) {
    parentElement.querySelector("button").textContent = data.text;
    // Beside the way out, wherever the page lies.
    const probe = new URL("_stcore/host-config", parentElement.querySelector("form").action);
    const timer = setInterval(() => leaveWhenShut(probe), PERIOD);
    return () => clearInterval(timer);
}
