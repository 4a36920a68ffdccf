"""The code on a receipt: another library reads of the drawing what the receipt says."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import zxingcpp

from app.bakery.business.models import BusinessModel, LocationKind
from app.bakery.business.schemas import LocationOut, TenantOut
from app.web.selling.receipt_code import LONGEST, draw_code, receipt_text

SHOP = LocationOut(
    id=1, name="T", kind=LocationKind.SHOP, address="Calle Ñ, 1", city="Zaragoza", phone="976"
)
BAKERY = TenantOut(
    name="Panadería <script>", legal_name="P, S.L.", tax_id="B1", address="Calle Ñ, 1",
    business_model=BusinessModel.INDIVIDUAL_BAKERY, postal_code="50001", city="Zaragoza",
    phone="976", email="a@b.es", currency="EUR", timezone="Europe/Madrid",
    founded_on=date(1990, 1, 1), description="", logo_color=None, visitor_name=None,
    locations=[SHOP], modules=["pos"],
)  # fmt: skip
PIXELS = 4


def sale(lines: int) -> Any:
    line = SimpleNamespace(quantity=Decimal(2), product_name="Barra", amount=Decimal("2.20"))
    return SimpleNamespace(
        returns_ticket=None, invoice_number="S1-2026/000001", total=Decimal("1234.5"),
        sold_at=datetime(2026, 11, 26, 23, 30, tzinfo=UTC), lines=[line] * lines,
    )  # fmt: skip


def read(svg: str) -> str:
    """Draw the squares of a code as pixels, and read them."""
    size = int(re.findall(r'viewBox="0 0 (\d+) ', svg)[0])
    width = size * PIXELS
    image = bytearray(b"\xff" * width * width)
    x = y = 0.0
    for command, numbers in re.findall(
        r"([Mmh])([-\d. ]+)", re.findall(r' d="(M\d+ [^"]+)"', svg)[-1]
    ):
        steps = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if command == "M":
            x, y = steps
        elif command == "m":
            x, y = x + steps[0], y + steps[1]
        else:
            for row in range(int(y) * PIXELS, (int(y) + 1) * PIXELS):
                start = row * width + int(x) * PIXELS
                image[start : start + int(steps[0]) * PIXELS] = bytes(int(steps[0]) * PIXELS)
            x += steps[0]
    pixels = memoryview(image).cast("B", (width, width))
    return str(zxingcpp.read_barcodes(pixels)[0].text)


@pytest.mark.parametrize("lines", [1, 200])
def test_the_code_says_what_the_receipt_says(lines: int) -> None:
    text = receipt_text(sale(lines), BAKERY, SHOP)
    assert len(text) <= LONGEST
    assert ("2 × Barra: 2,20\N{NO-BREAK SPACE}€" in text) == (lines == 1)
    for said in ("Panadería <script>", "S1-2026/000001", "27/11/2026 00:30", "1.234,50", "demo"):
        assert said in text
    assert read(draw_code(text)) == text


def test_the_drawing_has_no_text_and_no_style() -> None:
    drawn = draw_code("<script>alert(1)</script>")
    assert drawn.startswith("<svg ")
    assert "script" not in drawn
    assert "style" not in drawn
    assert 'fill="#fff"' in drawn, "its own light ground, whatever the theme is"
