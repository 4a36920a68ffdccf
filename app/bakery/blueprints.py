"""All blueprints of the bakery, for the application factory."""

from apiflask import APIFlask

from app.bakery.api.examples import EXAMPLES
from app.bakery.auth.routes import blueprint as auth
from app.bakery.business.routes import blueprint as business
from app.bakery.forecasting.routes import blueprint as forecasting
from app.bakery.inventory.lots.routes import blueprint as inventory
from app.bakery.orders.routes import blueprint as orders
from app.bakery.pos.routes import blueprint as pos
from app.bakery.procurement.order_routes import blueprint as procurement
from app.bakery.production.routes import blueprint as production
from app.bakery.recipes.routes import blueprint as recipes
from app.bakery.sales.routes import blueprint as sales
from app.bakery.suppliers.routes import blueprint as suppliers
from app.http.openapi.document import EXAMPLES as EXAMPLES_KEY

BLUEPRINTS = (
    business,
    inventory,
    recipes,
    production,
    pos,
    orders,
    suppliers,
    procurement,
    sales,
    forecasting,
    auth,
)


def register_blueprints(app: APIFlask) -> None:
    """Give an application the bakery's API."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions[EXAMPLES_KEY] = EXAMPLES
