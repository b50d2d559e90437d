"""Human-readable API documentation: the OpenAPI document as a single page without external resources."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from webapp.api.problems import KINDS
from webapp.common.addresses import address

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-top: 1px solid #8888; padding-top: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8888; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid #8884; }
"""

POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
HEADERS = {"Content-Security-Policy": POLICY}

HOST = "http://localhost:8501"
"""Server address used in examples."""

CALLS = {
    "/v1/rate": ("curl -F picture=@a.jpg {url}", "curl -F picture=@a.jpg -F picture=@b.jpg -H 'Accept: "
                 "application/x-ndjson' {url}"),
    "/v1/explain": ("curl -F picture=@a.jpg -o why.png '{url}?face=0'",),
    "/v1/models": ("curl {url}",),
    "/v1/health": ("curl {url}",),
}  # fmt: skip
"""Example calls of each operation."""


def page(document: Mapping[str, Any]) -> str:
    """Render an OpenAPI document as HTML; to be sent with HEADERS."""
    about = document["info"]
    operations = "".join(
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    kinds = "".join(
        f"<tr><td><code>{code}</code></td><td>{status}</td><td>{escape(title)}</td></tr>"
        for code, (status, title) in KINDS.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(about["title"])} API</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head><body><main>'
        f"<h1>{escape(about['title'])} API {escape(about['version'])}</h1>{_text(about['description'])}"
        f'<p>For programs: <a href="{address("/openapi.json")}">openapi.json</a></p>{operations}'
        "<h2>Problems</h2><table><thead><tr><th>code</th><th>status</th><th>meaning</th></tr></thead>"
        f"<tbody>{kinds}</tbody></table></main></body></html>"
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    calls = "\n".join(call.format(url=f"{HOST}{address(path)}") for call in CALLS[path])
    rows = "".join(
        f"<tr><td><code>{escape(option['name'])}</code></td><td>{_inline(option.get('description', ''))}</td></tr>"
        for option in operation.get("parameters", [])
    )
    options = f"<h3>Options</h3><table><tbody>{rows}</tbody></table>" if rows else ""
    answers = "".join(
        f"<tr><td>{escape(status)}</td><td>{_inline(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(operation['summary'])}.</p>"
        f"{_text(operation.get('description', ''))}<pre>{escape(calls)}</pre>{options}"
        f"<h3>Responses</h3><table><tbody>{answers}</tbody></table>"
    )


def _text(markdown: str) -> str:
    """Render Markdown paragraphs."""
    return "".join(f"<p>{_inline(part)}</p>" for part in markdown.split("\n\n") if part)


def _inline(markdown: str) -> str:
    """Render inline Markdown: text and code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(markdown))
