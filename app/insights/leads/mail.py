"""The mail that asks a person to confirm an address. It holds nothing that anybody typed.

So the form is of no use for sending words to strangers, and nothing can get into its headers.
"""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

SUBJECTS = {"es": "Confirma tu correo · {title}", "en": "Confirm your address · {title}"}
BODIES = {
    "es": """Hola:

Alguien ha dejado esta dirección para que le respondamos sobre la demo de {title}.

Si has sido tú, confírmala aquí:
{url}

En esa misma página puedes ver tus datos, descargarlos y borrarlos cuando quieras.

Si no has sido tú, no hagas nada: sin confirmar no te escribimos, y los datos se borran solos
en {days} días. También puedes borrarlos ya en esa página.
""",
    "en": """Hello,

Someone has left this address for an answer about the demo of {title}.

If it was you, confirm it here:
{url}

On the same page you can see your data, download it and delete it whenever you want.

If it was not you, do nothing: we do not write to addresses that are not confirmed, and the data
is deleted in {days} days. You can also delete it now on that page.
""",
}
"""By language; Spanish where there is none of a language."""


def confirmation_mail(
    sender: str,
    recipient: str,
    *,
    title: str,
    public_url: str,
    token: str,
    days: float,
    language: str,
) -> EmailMessage:
    """Return the mail, for one recipient.

    Raises:
        ValueError: an address has a line break.
    """
    url = f"{public_url}/contacto/datos/{token}"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = SUBJECTS.get(language, SUBJECTS["es"]).format(title=title)
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=urlsplit(public_url).hostname or "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    body = BODIES.get(language, BODIES["es"])
    mail.set_content(body.format(title=title, url=url, days=f"{days:g}"))
    return mail
