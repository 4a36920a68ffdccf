"""The lists of each bakery."""

COMMON_LISTS = [
    "/inventory/ingredients",
    "/inventory/stock",
    "/inventory/movements",
    "/inventory/adjustments",
    "/pos/products",
    "/pos/sales",
    "/sales/daily",
    "/sales/hourly",
    "/sales/products",
    "/sales/comparison",
    "/sales/locations",
    "/forecasting/models",
    "/forecasting/predictions",
]
LISTS = {
    "individual": [*COMMON_LISTS, "/recipes", "/production/batches"],
    "central": [
        *COMMON_LISTS,
        "/customers",
        "/orders",
        "/standing-orders",
        "/delivery-notes",
        "/suppliers",
        "/procurement/suggestions",
        "/procurement/runs",
    ],
}
EVERY_LIST = [(kind, path) for kind, paths in LISTS.items() for path in paths]
