"""The metadata of all tenant tables, complete: importing this module imports every domain."""

from app.bakery.api import models as api
from app.bakery.base import TenantBase
from app.bakery.business import models as business
from app.bakery.documents import models as documents
from app.bakery.forecasting import models as forecasting
from app.bakery.inventory import models as inventory
from app.bakery.orders import models as orders
from app.bakery.pos import models as pos
from app.bakery.procurement import models as procurement
from app.bakery.production import models as production
from app.bakery.recipes import models as recipes
from app.bakery.sales import models as sales
from app.bakery.suppliers import models as suppliers

DOMAINS = (
    api,
    business,
    documents,
    suppliers,
    inventory,
    recipes,
    production,
    pos,
    orders,
    procurement,
    forecasting,
    sales,
)
TENANT_METADATA = TenantBase.metadata
