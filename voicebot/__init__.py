"""A city's telephone line that answers itself.

Conversations live here; a phone call is seen only through :class:`telephony.call.Call`.
"""

__version__ = "0.1.0"
