"""What a page says after something was done: the address has the notice's code.

A code and never a text, so that no address can put words into our mouth.
"""

from app.language.texts import _

NOTICES = {
    "abierta": "Tu panadería está lista. Todo lo que hagas aquí es solo tuyo.",
    "venta": "Ticket cobrado.",
    "caja-abierta": "Caja abierta: a vender.",
    "caja-cerrada": "Caja cerrada: este es el recuento.",
    "devolucion": "Devolución hecha: este es su ticket.",
    "correccion": "Ticket corregido: las existencias se han ajustado.",
    "pedido": "Pedido creado.",
    "pedido-cambiado": "Pedido cambiado.",
    "pedido-estado": "El pedido ha cambiado de estado.",
    "ajuste": "Ajuste guardado.",
    "ronda": "Ronda de compras hecha: estos son los pedidos a cada proveedor.",
    "ronda-vacia": "No hacía falta comprar nada: la ronda no tiene pedidos.",
    "ampliada": "Hecho: tienes más tiempo.",
    "ampliada-menos": "Hecho, pero hay muchas personas que quieren probar la demo: esta vez la "
    "ampliación es más corta.",
    "reinicio": "Datos como nuevos: tu panadería vuelve a estar como al principio.",
    "reinicio-en-otra": "Has empezado de nuevo en otra pestaña: estos son los datos del principio.",
    "recorrido": "Has llegado al final del recorrido. La panadería sigue siendo tuya: "
    "prueba lo que quieras.",
    "terminada": "Tu demo ha terminado y sus datos se han borrado. ¡Gracias por probarla!",
    "enlace-cerrado": "Enlace cerrado: quien entró por él ya no ve tu demo.",
    "invitado": "Ya estás dentro de la demo de quien te ha invitado.",
    "salida": "Has salido de la demo que te enseñaban. Cuando quieras, prueba la tuya.",
    "contacto": "Gracias: te hemos enviado un correo. Ábrelo y confirma que la dirección es tuya.",
    "contacto-sin-correo": "Gracias: hemos recibido tu mensaje.",
    "contacto-confirmado": "Gracias: tu correo está confirmado. Te responderemos pronto.",
    "contacto-borrado": "Hecho: tus datos se han borrado.",
    "sin-demo": "Para entrar ahí, primero abre una demo: elige tu tipo de negocio.",
}
"""The sentences, by code."""

PARAMETER = "hecho"
"""The parameter of an address that names a notice."""


def with_notice(address: str, code: str) -> str:
    """Return an address whose page says the notice."""
    assert code in NOTICES, code
    return f"{address}{'&' if '?' in address else '?'}{PARAMETER}={code}"


def find_notice(code: str | None) -> str | None:
    """Return the sentence of a code, if there is such a notice."""
    sentence = NOTICES.get(code or "")
    return sentence and _(sentence)
