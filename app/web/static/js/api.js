// Requests to the API, in JSON; every failure is a Problem with a sentence in Spanish.

const NO_ANSWER = "No llegamos al servidor. Comprueba tu conexión y vuelve a intentarlo.";
const NO_SENTENCE = "Algo ha fallado. Vuelve a intentarlo.";
const OVER = new Set([401, 410]);

export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body?.detail ?? (status === 0 ? NO_ANSWER : NO_SENTENCE));
    this.status = status;
    this.code = body?.code ?? "";
    this.retryAfter = retryAfter;
    this.fields = sentences(body?.errors);
  }
}

// The sentences of an `errors` object: {place: {field: [sentence]}}.
function sentences(errors) {
  return Object.values(errors ?? {}).flatMap((fields) => Object.values(fields).flat());
}

let onOver = () => {};

// Call `listener` when an answer says that the session has ended.
export function whenOver(listener) {
  onOver = listener;
}

async function send(method, path, body) {
  const options = { method, headers: { Accept: "application/json" }, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem(0);
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  const problem = new Problem(response.status, answer, Number(response.headers.get("Retry-After")));
  if (OVER.has(response.status)) onOver(problem);
  throw problem;
}

// GET a path; parameters that are empty, null or undefined are left out.
export function get(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  }
  return send("GET", query.size ? `${path}?${query}` : path);
}

export function post(path, body = {}) {
  return send("POST", path, body);
}

export function put(path, body) {
  return send("PUT", path, body);
}
