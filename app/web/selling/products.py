"""Products: the list, and one product with what there is of it in each place."""

from sqlalchemy.orm import Session

from app.bakery.pos import service
from app.bakery.pos.schemas import ProductDetail, ProductPage, ProductQuery
from app.web.inside.frame import Answer, Shown, blueprint, in_bakery
from app.web.inside.lists import Column, Filter, ListPage, offer_table, show_list

LIST = ListPage(
    title="Productos",
    path="/demo/productos",
    things=("producto", "productos"),
    query=ProductQuery,
    fetch=service.list_products,
    schema=ProductPage,
    columns=(
        Column("name", sort="name", link="/demo/productos/{id}", note="category"),
        Column("sku", sort="sku", wide=True),
        Column("stock", "amount", sort="stock", heading="En tienda"),
        Column("total_stock", "amount", heading="En total", wide=True),
        Column("price", "euros", sort="price"),
    ),
    filters=(Filter("active", "A la venta", (("", "Todos"), ("true", "Sí"), ("false", "No"))),),
    search="Nombre o código",
)


@blueprint.get("/productos")
@in_bakery("pos")
def products(session: Session) -> Answer:
    """List products."""
    return show_list(session, LIST)


offer_table("pos", LIST)


@blueprint.get("/productos/<int:product_id>")
@in_bakery("pos")
def product(session: Session, product_id: int) -> Answer:
    """Show a product and its stock in each place."""
    found = ProductDetail.model_validate(service.fetch_product(session, product_id))
    return Shown("selling/product.html", {"title": found.name, "product": found})
