"""The bakery's own rows: its profile, places, team, suppliers and products."""

from datetime import timedelta
from decimal import Decimal

from app.bakery.business.models import BusinessModel
from seeds.seasons import is_offered
from seeds.values import Row, Scene, Tables, at, money


def people_rows(scene: Scene) -> Tables:
    """The business, its locations, users and suppliers."""
    joined = at(scene.past_days[0] - timedelta(days=30), 9 * 60)
    business, profile = scene.profile.business, scene.profile
    return {
        "business": [
            {
                "id": 1,
                "name": business.name,
                "legal_name": business.legal_name,
                "tax_id": business.tax_id,
                "business_model": BusinessModel(profile.account_type).value,
                "address": business.address,
                "postal_code": business.postal_code,
                "city": business.city,
                "phone": business.phone,
                "email": business.email,
                "founded_on": business.founded_on,
                "lived_until": at(scene.opens_on - timedelta(days=1), 0),
                "description": business.description,
            }
        ],
        "locations": [
            {
                "id": n,
                "name": location.name,
                "kind": location.kind.value,
                "address": location.address,
                "city": location.city,
                "phone": location.phone,
            }
            for n, location in enumerate(profile.locations, start=1)
        ],
        "users": [
            {
                "id": n,
                "email": user.email,
                "full_name": user.full_name,
                "role": user.role.value,
                "location_id": scene.location_ids[user.location],
                "is_active": user.is_active,
                "created_at": joined + timedelta(minutes=5 * n),
            }
            for n, user in enumerate(profile.users, start=1)
        ],
        "suppliers": [
            {
                "id": n,
                "name": supplier.name,
                "tax_id": supplier.tax_id,
                "contact_name": supplier.contact_name,
                "email": supplier.email,
                "phone": supplier.phone,
                "city": supplier.city,
                "category": supplier.category,
                "lead_time_days": supplier.lead_time_days,
                "payment_terms_days": supplier.payment_terms_days,
                "minimum_order": money(supplier.minimum_order),
                "rating": supplier.rating,
                "created_at": joined,
            }
            for n, supplier in enumerate(profile.suppliers, start=1)
        ],
    }


def product_rows(scene: Scene) -> list[Row]:
    """The price list; what is out of season is kept but not offered."""
    recipe_ids = {recipe.name: n for n, recipe in enumerate(scene.profile.recipes, start=1)}
    created_at = at(scene.past_days[0] - timedelta(days=30), 12 * 60 + 30)
    return [
        {
            "id": n,
            "sku": product.sku,
            "name": product.name,
            "category": product.category,
            "description": product.description,
            "price": money(product.price),
            "vat_percent": Decimal(product.vat_percent),
            "recipe_id": None if product.recipe is None else recipe_ids[product.recipe],
            "is_active": is_offered(product, scene.opens_on - timedelta(days=1)),
            "created_at": created_at,
        }
        for n, product in enumerate(scene.profile.products, start=1)
    ]
