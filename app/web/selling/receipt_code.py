"""The code of a receipt: its text as a QR code, which any telephone reads without a connection.

An address would lead back into the visitor's demo, which opens for its own browser only.
"""

import segno
from markupsafe import Markup

from app.bakery.business.schemas import LocationOut, TenantOut
from app.bakery.clock import MADRID
from app.bakery.pos.schemas import SaleDetail
from app.language.texts import _
from app.web.parts.formats import amount, euros

LONGEST = 700
"""Characters of a code's text: more make its squares too small to be read from paper."""
QUIET_ZONE = 4
"""Empty squares around it, as the standard asks."""


def receipt_text(sale: SaleDetail, bakery: TenantOut, shop: LocationOut) -> str:
    """Return what a receipt says, in lines: who, what, how much, and that it is a demo's."""
    head = [
        bakery.name,
        f"{bakery.legal_name} · {bakery.tax_id}",
        f"{shop.address}, {shop.city}",
        f"{_('Devolución') if sale.returns_ticket else _('Factura simplificada')}"
        f" {sale.invoice_number}",
        f"{sale.sold_at.astimezone(MADRID):%d/%m/%Y %H:%M}",
    ]
    lines = [
        f"{amount(line.quantity)} × {line.product_name}: {euros(line.amount)}"
        for line in sale.lines
    ]
    foot = [
        f"{_('Total (IVA incluido)')}: {euros(sale.total)}",
        _("Gracias por tu visita. Este recibo es de una demo y no vale como factura."),
    ]
    whole = "\n".join([*head, *lines, *foot])
    return whole if len(whole) <= LONGEST else "\n".join([*head, *foot])


def draw_code(text: str) -> Markup:
    """Return a text as a QR code: SVG of two colours, dark on light in every theme."""
    code = segno.make_qr(text, error="m")
    drawn = code.svg_inline(
        dark="#000", light="#fff", border=QUIET_ZONE, omitsize=True, svgclass=None, lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - it is drawn of squares, the text is not in it
