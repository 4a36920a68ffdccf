"""The business models that a prospect can try, and the public accounts that open them."""

from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.bakery.business.models import BusinessModel
from app.control.models import User
from app.errors import Unauthorized


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """What the landing page says of a business model. The credentials are public on purpose."""

    account_type: str
    name: str
    title: str
    description: str
    features: tuple[str, ...]
    email: str
    password: str


ACCOUNTS = (
    DemoAccount(
        account_type=BusinessModel.INDIVIDUAL_BAKERY.value,
        name="Panadería San Pablo",
        title="Panadería individual",
        description="Un obrador de barrio que hace y vende su pan, de la receta al mostrador.",
        features=(
            "Producción y recetas",
            "Inventario con lotes y caducidades",
            "Venta en tienda (TPV)",
            "Ventas por día, hora y producto",
        ),
        email="demo.individual@panaderiasanpablo.com",
        password="DemoSanPablo2024!",  # noqa: S106
    ),
    DemoAccount(
        account_type=BusinessModel.CENTRAL_BAKER.value,
        name="Panadería La Espiga",
        title="Obrador central con tiendas",
        description="Un obrador central que abastece a sus tiendas, a hoteles y a restaurantes.",
        features=(
            "Proveedores y compras",
            "Pedidos de tiendas y clientes",
            "Inventario y venta en cada tienda",
            "Ventas por día, hora y producto",
        ),
        email="demo.central@panaderialaespiga.com",
        password="DemoLaEspiga2024!",  # noqa: S106
    ),
)

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("nobody has this password")
"""Checked when the address is unknown, so that the answer takes as long as for a known one."""


def authenticate(engine: Engine, email: str, password: str) -> User:
    """The account with this address and password.

    Raises:
        Unauthorized: there is none; which of the two was wrong is not told.
    """
    with Session(engine, expire_on_commit=False) as session:
        user = session.scalars(
            select(User).where(User.email == email.strip().lower())
        ).one_or_none()
    try:
        _HASHER.verify(user.password_hash if user else _NOBODY, password)
    except VerificationError:
        user = None
    if user is None:
        raise Unauthorized(
            "El correo o la contraseña no son correctos.", code="invalid_credentials"
        )
    return user
