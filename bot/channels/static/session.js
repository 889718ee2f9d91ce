// How the page speaks with the server. In another site's iframe no cookie of ours travels, so the session is held here, in memory.

const held = document.querySelector('meta[name="session"]');
let session = held?.content;
held?.remove();

export const framed = Boolean(session);

export async function post(path, body, options = {}) {
  const headers = { "Content-Type": "application/json", ...(session && { "X-Session": session }) };
  const credentials = session ? "omit" : "same-origin";
  const response = await fetch(path, { method: "POST", headers, credentials, body: JSON.stringify(body), ...options });
  session = response.headers.get("X-Session") ?? session;
  return response;
}
