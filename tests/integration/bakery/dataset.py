"""A small bakery of each business model, with known rows."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.bakery.business.models import Business, Location, User
from app.bakery.clock import MADRID, now, today
from app.bakery.forecasting.models import ForecastModel, ForecastPrediction
from app.bakery.inventory.models import Ingredient, ProductStock, StockLot, StockMovement
from app.bakery.orders.models import Customer, Order, OrderLine
from app.bakery.pos.models import Product, Sale, SaleLine, TillSession
from app.bakery.production.models import ProductionBatch
from app.bakery.recipes.models import Recipe, RecipeIngredient
from app.bakery.suppliers.models import Supplier, SupplierPrice


def dataset(kind: str) -> Iterator[list[Any]]:
    yield list(business(kind))
    yield list(people(kind))
    yield list(ingredients())
    yield list(lots_and_prices())
    yield [
        Product(
            id=key, sku=f"P{key}", name=name, category=category, description="",
            price=Decimal(cost), vat_percent=vat, recipe_id=recipe, is_active=active,
        )
        for key, name, category, cost, vat, recipe, active in (
            (1, "Barra de pan", "Pan", "1.04", 4, 1, True),
            (2, "Cruasán", "Bollería", "1.65", 10, None, True),
            (3, "Café con leche", "Bebidas", "1.80", 10, None, True),
            (4, "Roscón de Reyes", "Temporada", "24.00", 10, None, False),
            (5, "Pan de molde 100%", "Pan", "2.50", 4, None, True),
        )
    ]  # fmt: skip
    yield list(stock(kind))
    yield list(history())
    yield list(orders())


def business(kind: str) -> Iterator[Any]:
    yield Business(
        name="La Espiga", legal_name="La Espiga SL", tax_id="B00000000", business_model=kind,
        address="Calle Mayor 1", postal_code="28013", city="Madrid", phone="+34 910 000 000",
        email="hola@example.com", founded_on=date(1987, 3, 1), description="Pan de siempre",
    )  # fmt: skip
    places = {
        "individual_bakery": [(1, "La Espiga", "bakery")],
        "central_baker": [(1, "Obrador", "workshop"), (2, "Centro", "shop"), (3, "Sol", "shop")],
    }
    for key, name, what in places[kind]:
        yield Location(id=key, name=name, kind=what, address="", city="Madrid", phone="")
    for key, name, price in ((1, "Harinas Ávila", "40"), (2, "Lácteos Muñoz", "0")):
        yield Supplier(
            id=key, name=name, tax_id="B1", contact_name="Ana", email="a@example.com", phone="",
            city="Ávila", category="Harinas", lead_time_days=key, payment_terms_days=30,
            minimum_order=Decimal(price), rating=4,
        )  # fmt: skip


def people(kind: str) -> Iterator[Any]:
    till = 1 if kind == "individual_bakery" else 2
    for key, role, place in ((1, "owner", 1), (2, "baker", 1), (3, "cashier", till)):
        yield User(
            id=key, email=f"{role}@example.com", full_name=role, role=role, location_id=place
        )
    for key, name, what, place in (
        (1, "Hotel Niño", "business", None),
        (2, "Tienda Sol", "satellite", 1 if kind == "individual_bakery" else 3),
    ):
        yield Customer(
            id=key, name=name, kind=what, location_id=place, contact_name="Luis", phone="",
            email=f"c{key}@example.com", address="", city="Madrid",
        )  # fmt: skip


def ingredients() -> Iterator[Any]:
    for key, name, category, cost, point, allergens in (
        (1, "Harina de trigo", "flour", "0.8000", 50, ["gluten"]),
        (2, "Mantequilla", "dairy", "6.0000", 10, ["lactosa"]),
        (3, "Azúcar", "sugar", "1.1000", 5, []),
        (4, "Ñora 50%_seca", "spice", "9.0000", 1, []),
    ):
        yield Ingredient(
            id=key, sku=f"I{key}", name=name, category=category, unit="kg", supplier_id=1,
            unit_cost=Decimal(cost), reorder_point=point, reorder_quantity=20, shelf_life_days=90,
            allergens=allergens,
        )  # fmt: skip
    yield Recipe(
        id=1, name="Barra", category="Pan", yield_quantity=100, preparation_minutes=30,
        fermentation_minutes=120, baking_minutes=25, oven_celsius=230, instructions="Amasar",
    )  # fmt: skip


def lots_and_prices() -> Iterator[Any]:
    """Flour: three lots, the second received expires first. Butter is low; there is no ñora."""
    day = today()
    for key, item, quantity, received, expires in (
        (1, 1, 60, -20, 40),
        (2, 1, 30, -10, 5),
        (3, 1, 0, -60, -1),
        (4, 2, 8, -3, 20),
        (5, 3, 25, -3, 300),
    ):
        yield StockLot(
            id=key, ingredient_id=item, location_id=1, lot_code=f"L{key}", quantity_received=60,
            quantity=quantity, unit_cost=Decimal("1.0000"), received_on=day + timedelta(received),
            expires_on=day + timedelta(expires),
        )  # fmt: skip
    yield RecipeIngredient(recipe_id=1, ingredient_id=1, quantity=15)
    yield RecipeIngredient(recipe_id=1, ingredient_id=2, quantity=2)
    for supplier, item, size, price in ((1, 2, 5, "35"), (2, 2, 10, "60"), (1, 1, 25, "20")):
        yield SupplierPrice(
            supplier_id=supplier, ingredient_id=item, pack_size=size, pack_price=Decimal(price)
        )


def stock(kind: str) -> Iterator[Any]:
    places = (1,) if kind == "individual_bakery" else (1, 2)
    for place in places:
        for product, quantity in ((1, 40), (2, 12), (3, 5), (4, 3)):
            yield ProductStock(product_id=product, location_id=place, quantity=quantity)
    opened = now() - timedelta(hours=1)
    yield TillSession(
        id=1, location_id=places[-1], opened_by=3, opened_at=opened, opening_cash=Decimal(100)
    )
    for key, status in ((1, "planned"), (2, "completed"), (3, "cancelled")):
        yield ProductionBatch(
            id=key, batch_code=f"H{key}", recipe_id=1, location_id=1, baker_id=2,
            planned_on=today(), status=status, quantity_planned=500,
            quantity_produced=490 if status == "completed" else None,
        )  # fmt: skip


def history() -> Iterator[Any]:
    """Two tickets today, one on the eve of the first of the last thirty days."""
    place = 1
    noon = datetime.combine(today(), time(12, 30), MADRID)
    for number, ago, method in ((1, 0, "cash"), (2, 0, "card"), (3, 30, "cash")):
        yield Sale(
            invoice_series="X", invoice_number=number,
            till_session_id=1, location_id=place, sold_at=noon - timedelta(days=ago),
            payment_method=method, total=Decimal("5.38"),
            lines=[
                SaleLine(line_number=1, product_id=1, quantity=2, unit_price=Decimal("1.04"),
                         vat_percent=4),
                SaleLine(line_number=2, product_id=2, quantity=2, unit_price=Decimal("1.65"),
                         vat_percent=10),
            ],
        )  # fmt: skip
    yield StockMovement(
        kind="purchase", ingredient_id=1, lot_id=1, location_id=1, quantity=60, occurred_at=noon
    )
    yield ForecastModel(
        id=1, product_id=1, algorithm="prophet", version="1", trained_at=noon, training_days=365,
        error_percent=Decimal("7.5"), parameters={"seasonality": "weekly"},
    )  # fmt: skip


def orders() -> Iterator[Any]:
    for due, status in ((-2, "confirmed"), (1, "pending"), (0, "ready")):
        yield Order(
            customer_id=1, status=status, due_on=today() + timedelta(due), total=Decimal("10.40"),
            lines=[
                OrderLine(
                    line_number=1, product_id=1, quantity=10, unit_price=Decimal("1.04"),
                    vat_percent=4,
                )
            ],
        )  # fmt: skip
    yield ForecastPrediction(
        model_id=1, predicted_for=today(), quantity=50, lower_bound=40, upper_bound=60
    )
