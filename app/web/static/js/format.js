// Numbers, moments and codes, as a bakery in Spain writes them.

const ZONE = "Europe/Madrid";
const euroFormat = new Intl.NumberFormat("es-ES", { style: "currency", currency: "EUR" });
const amountFormat = new Intl.NumberFormat("es-ES", { maximumFractionDigits: 3 });
const percentFormat = new Intl.NumberFormat("es-ES", { maximumFractionDigits: 1 });
const timeFormat = new Intl.DateTimeFormat("es-ES", { hour: "2-digit", minute: "2-digit", timeZone: ZONE });
const dayFormat = new Intl.DateTimeFormat("es-ES", { day: "numeric", month: "short", timeZone: "UTC" });
const longDayFormat = new Intl.DateTimeFormat("es-ES", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
const shortDayFormat = new Intl.DateTimeFormat("es-ES", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const isoDayFormat = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: ZONE });

const UNITS = { kg: "kg", l: "l", unit: "ud." };

export const euros = (value) => (value === null ? "—" : euroFormat.format(value));
export const amount = (value) => (value === null ? "—" : amountFormat.format(value));
export const percent = (value) => (value === null ? "—" : `${percentFormat.format(value)} %`);
export const quantity = (value, unit) => `${amount(value)} ${UNITS[unit] ?? unit}`;
export const clock = (moment) => timeFormat.format(new Date(moment));

// Calendar days arrive as "2030-12-31" and have no zone.
export const day = (isoDay) => dayFormat.format(new Date(isoDay));
export const shortDay = (isoDay) => shortDayFormat.format(new Date(isoDay));
export const longDay = (isoDay) => longDayFormat.format(new Date(isoDay));
export const today = () => isoDayFormat.format(new Date());

export const unit = (code) => UNITS[code] ?? code;

export function countdown(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  const minutes = String(Math.floor(left / 60)).padStart(2, "0");
  return `${minutes}:${String(left % 60).padStart(2, "0")}`;
}

export function count(number, one, many) {
  return `${amount(number)} ${number === 1 ? one : many}`;
}

export const NAMES = {
  model: { individual_bakery: "Panadería individual", central_baker: "Obrador central con tiendas" },
  stock: { ok: "Suficiente", low: "Bajo", out: "Agotado" },
  category: {
    flour: "Harinas", yeast: "Levaduras", dairy: "Lácteos", egg: "Huevos", fat: "Grasas", sugar: "Azúcares",
    salt: "Sal", filling: "Rellenos", nut: "Frutos secos", fruit: "Frutas", seed: "Semillas",
    spice: "Especias", packaging: "Envases", other: "Otros",
  },
  payment: { cash: "Efectivo", card: "Tarjeta", bizum: "Bizum" },
  sale: { completed: "Cobrado", corrected: "Corregido", return: "Devolución" },
  batch: { planned: "Prevista", in_progress: "En curso", completed: "Terminada", cancelled: "Cancelada" },
  order: { pending: "Pendiente", confirmed: "Confirmado", ready: "Preparado", delivered: "Entregado", cancelled: "Cancelado" },
  customer: { person: "Particular", business: "Empresa", satellite: "Tienda propia" },
};

export const name = (kind, code) => NAMES[kind][code] ?? code;
