"""The client under the name that the installed package gives it: `from fairest import Client`; see core.client."""

from core.client import *  # noqa: F403
from core.client import __all__ as __all__
