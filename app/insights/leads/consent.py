"""What a person agrees to by leaving an address, by version; the lead keeps the text itself.

A text that was shown is never changed: a new one gets a new version. What a text says in another
language is a version of its own: a person agrees to what they could read.
"""

TEXTS = {
    "2026-11": "Acepto que guardéis estos datos para responderme. Puedo verlos, llevármelos o "
    "pedir que los borréis cuando quiera.",
    "2026-11-en": "I agree that you keep these data to answer me. I can see them, take them with "
    "me, or ask you to delete them whenever I like.",
}
CURRENT = "2026-11"
"""The version that is shown now, in Spanish; another language's has its code at the end."""


def version_in(language: str) -> str:
    """Return the present version in a language, or in Spanish where there is none."""
    version = f"{CURRENT}-{language}"
    return version if version in TEXTS else CURRENT


def language_of(version: str) -> str:
    """Return the code of the language of a version's text."""
    return version[len("0000-00-") :] or "es"
