// Stand-in for ID-porten and Feide on this machine: two issuers in one process, for development, tests and demos.
//
//   OIDC_PORT=9400 BASE_URL=http://localhost:8000 PERSONAS_FILE=.local/personas.json node sandbox/oidc/main.mjs

import { createServer } from "node:http";

import { issuer, LOOKS } from "./issuers.mjs";
import { errorPage, loginPage } from "./pages.mjs";
import { matching, persons, WITHOUT_NUMBER } from "./persons.mjs";

const PORT = Number(process.env.OIDC_PORT ?? 9400);
const BASE_URL = (process.env.BASE_URL ?? "http://localhost:8000").replace(/\/$/, "");
const PERSONAS_FILE = process.env.PERSONAS_FILE ?? ".local/personas.json";
const ORIGIN = `http://localhost:${PORT}`;
const SHOWN = 60;

function client(slug) {
  const name = slug.toUpperCase();
  return {
    id: process.env[`${name}_CLIENT_ID`] || `schoolapp-${slug}`,
    secret: process.env[`${name}_CLIENT_SECRET`] || "only-for-the-stand-in",
    auth: process.env[`${name}_CLIENT_AUTH`] || "client_secret_basic",
    redirects: [`${BASE_URL}/logg-inn/${slug}/svar/`],
    loggedOut: [`${BASE_URL}/logg-ut/ferdig/`],
    // Only where a server can be reached: tests without one leave the variable out.
    backchannel: slug === "idporten" && process.env.OIDC_BACKCHANNEL === "1" ? `${BASE_URL}/logg-ut/fra-tjener/${slug}/` : undefined,
    frontchannel: `${BASE_URL}/logg-ut/fra-leverandor/${slug}/`,
  };
}

const issuers = Object.fromEntries(
  Object.keys(LOOKS).map((slug) => [slug, issuer(slug, { origin: ORIGIN, personsFile: PERSONAS_FILE, client: client(slug) })]),
);
const handlers = Object.fromEntries(Object.entries(issuers).map(([slug, provider]) => [slug, provider.callback()]));

function send(res, status, html) {
  res.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  res.end(html);
}

async function formOf(req) {
  let body = "";
  for await (const chunk of req) {
    body += chunk;
    if (body.length > 10_000) throw new Error("form too large");
  }
  return new URLSearchParams(body);
}

async function choose(slug, req, res, url) {
  const provider = issuers[slug];
  const { params } = await provider.interactionDetails(req, res);
  if (req.method === "POST") {
    const result = answer(slug, await formOf(req));
    return provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
  }
  const all = persons(PERSONAS_FILE, slug);
  const filter = url.searchParams.get("filter") ?? "";
  const people = matching(all, filter);
  const html = loginPage(LOOKS[slug], {
    action: url.pathname, people, total: all.length, filter, shown: SHOWN, fixedLevel: params.acr_values,
  });
  return send(res, 200, html);
}

function answer(slug, form) {
  if (form.get("cancel")) return { error: "access_denied", error_description: "The user cancelled" };
  const level = LOOKS[slug].levels.find((l) => l.key === form.get("level")) ?? LOOKS[slug].levels[0];
  const accountId = form.get("login_id") + (form.get("without_number") ? WITHOUT_NUMBER : "");
  return { login: { accountId, acr: level.acr, amr: level.amr, remember: true } };
}

async function handle(req, res) {
  const url = new URL(req.url, ORIGIN);
  const [, slug, action, uid] = url.pathname.split("/");
  if (url.pathname === "/") {
    return send(res, 200, `<!doctype html><title>Innlogging</title><p>${Object.values(issuers).map((p) => p.issuer).join("<br>")}`);
  }
  if (!handlers[slug]) return send(res, 404, "Not found");
  if (action === "velg" && uid) return choose(slug, req, res, url);
  if (req.method === "POST" && url.pathname === `/${slug}/session/end`) {
    // ID-porten takes logout by POST; the library would want cross-site cookies, which need https, for that.
    req.url = `${url.pathname}?${await formOf(req)}`;
    req.method = "GET";
  }
  req.originalUrl = req.url;
  req.url = req.url.slice(slug.length + 1) || "/";
  return handlers[slug](req, res);
}

const server = createServer((req, res) => {
  handle(req, res).catch((error) => {
    if (res.headersSent) return res.end();
    const look = LOOKS[req.url.split("/")[1]] ?? LOOKS.idporten;
    return send(res, 400, errorPage(look, { error: "Innloggingen kan ikke fortsette", description: error.message }));
  });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
server.listen(PORT, "127.0.0.1", () => console.log(`ID-porten ${ORIGIN}/idporten and Feide ${ORIGIN}/feide stand ready`));
