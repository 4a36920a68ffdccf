"""What a person agrees to by leaving an address, by version; the lead keeps the text itself.

A text that was shown is never changed: a new one gets a new version.
"""

TEXTS = {
    "2026-11": "Acepto que guardéis estos datos para responderme. Puedo verlos, llevármelos o "
    "pedir que los borréis cuando quiera.",
}
CURRENT = "2026-11"
"""The version that is shown now."""
