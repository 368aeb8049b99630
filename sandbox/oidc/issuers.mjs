// What ID-porten and Feide promise, as configuration of one certified OpenID provider each.

import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";

import Provider, { interactionPolicy } from "oidc-provider";

import { errorPage, logoutPage } from "./pages.mjs";
import { loginIdOf, personOf, stableUuid } from "./persons.mjs";
import { Store } from "./store.mjs";

const FEIDE = "https://n.feide.no/claims";
const FAD08_3 = "urn:mace:feide.no:auth:level:fad08:3";

export const LOOKS = {
  idporten: {
    name: "ID-porten",
    brand: "#1e2b3c",
    levels: [
      { key: "high", label: "Høyt nivå, som med BankID", acr: "idporten-loa-high", amr: ["BankID"] },
      { key: "substantial", label: "Betydelig nivå, som med MinID", acr: "idporten-loa-substantial", amr: ["Minid-APP"] },
    ],
  },
  feide: {
    name: "Feide",
    brand: "#0f5a8c",
    levels: [
      { key: "mfa", label: "To faktorer", acr: FAD08_3 },
      { key: "one", label: "Én faktor (bare passord)", acr: undefined },
    ],
  },
};

function claimsOf(slug, person) {
  if (slug === "idporten") return { pid: person.national_id, locale: "nb" };
  const ids = [`feide:${person.feide_id}`, ...(person.national_id ? [`nin:${person.national_id}`] : [])];
  return {
    name: person.name,
    email: person.feide_id,
    email_verified: false,
    "dataporten-userid_sec": ids.slice(0, 1),
    "connect-userid_sec": ids.slice(0, 1),
    [`${FEIDE}/userid_sec`]: ids,
    [`${FEIDE}/eduPersonPrincipalName`]: person.feide_id,
    [`${FEIDE}/nin`]: person.national_id,
  };
}

const CLAIMS = {
  idporten: { openid: ["sub", "pid", "acr", "amr", "auth_time", "locale", "sid"], profile: ["locale"] },
  feide: {
    openid: ["sub", "acr", "auth_time"],
    userid: ["dataporten-userid_sec", "connect-userid_sec", `${FEIDE}/userid_sec`],
    "userid-feide": [`${FEIDE}/eduPersonPrincipalName`],
    "userid-nin": [`${FEIDE}/nin`],
    "userinfo-name": ["name"],
    email: ["email", "email_verified"],
  },
};

function signingKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomBytes(8).toString("hex"), use: "sig", alg: "RS256" };
}

// ID-porten asks again when the session it remembers is of a lower level than the service now wants.
function policy(slug) {
  const base = interactionPolicy.base();
  const rank = LOOKS[slug].levels.map((level) => level.acr).reverse();
  base.get("login").checks.add(
    new interactionPolicy.Check("level", "a higher level is asked for", (ctx) => {
      const wanted = (ctx.oidc.params.acr_values ?? "").split(" ").filter(Boolean);
      const enough = wanted.every((acr) => rank.indexOf(ctx.oidc.session.acr) >= rank.indexOf(acr));
      const answered = Boolean(ctx.oidc.result?.login);
      return enough || answered || slug === "feide" ? interactionPolicy.Check.NO_NEED_TO_PROMPT : interactionPolicy.Check.REQUEST_PROMPT;
    }),
  );
  return base;
}

async function grantAll(ctx) {
  const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
  grant.addOIDCScope(ctx.oidc.params.scope);
  await grant.save();
  return grant;
}

// One signed logout token to each service that has asked for it, one attempt, as ID-porten does.
async function tellServers(provider, session) {
  for (const [clientId, { sid }] of Object.entries(session.authorizations ?? {})) {
    const client = await provider.Client.find(clientId);
    if (!client?.backchannelLogoutUri) continue;
    // The library's own sender refuses addresses on this machine.
    const token = new provider.IdToken({ sub: session.accountId }, { client, ctx: undefined });
    token.mask = { sub: null };
    token.set("events", { "http://schemas.openid.net/event/backchannel-logout": {} });
    token.set("jti", randomBytes(16).toString("hex"));
    token.set("sid", sid);
    const body = new URLSearchParams({ logout_token: await token.issue({ use: "logout" }) });
    await fetch(client.backchannelLogoutUri, { method: "POST", body, signal: AbortSignal.timeout(5000) }).catch(() => {});
  }
}

// Logout without a question, telling every service of the session in a hidden frame, as ID-porten does. Feide tells none.
function logout(slug, client) {
  return async (ctx) => {
    const { session, params, provider } = ctx.oidc;
    const known = slug === "idporten" ? Object.entries(session.authorizations ?? {}) : [];
    const frames = known.map(([, { sid }]) => `${client.frontchannel}?${new URLSearchParams({ iss: provider.issuer, sid })}`);
    let next = "";
    if (params.post_logout_redirect_uri) {
      const url = new URL(params.post_logout_redirect_uri);
      if (params.state) url.searchParams.set("state", params.state);
      next = url.href;
    }
    if (slug === "idporten") await tellServers(provider, session);
    await session.destroy();
    ctx.cookies.set(provider.cookieName("session"), null);
    ctx.body = logoutPage(LOOKS[slug], { frames, next });
  };
}

// ID-porten gives each service a subject of its own; Feide gives everyone the same UUID.
function subjectOf(slug, accountId, clientId) {
  const loginId = loginIdOf(accountId);
  return slug === "feide" ? stableUuid(loginId) : createHash("sha256").update(`${clientId}|${loginId}`).digest("base64url");
}

export function issuer(slug, { origin, personsFile, client }) {
  const look = LOOKS[slug];
  const provider = new Provider(`${origin}/${slug}`, {
    adapter: Store,
    jwks: { keys: [signingKey()] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: client.redirects,
        post_logout_redirect_uris: client.loggedOut,
        token_endpoint_auth_method: client.auth,
        ...(client.backchannel && { backchannel_logout_uri: client.backchannel, backchannel_logout_session_required: true }),
        subject_type: "pairwise",
      },
    ],
    subjectTypes: ["pairwise"],
    discovery: { subject_types_supported: [slug === "feide" ? "public" : "pairwise"] },
    pairwiseIdentifier: (_ctx, accountId, { clientId }) => subjectOf(slug, accountId, clientId),
    findAccount: (_ctx, accountId) => {
      const person = personOf(personsFile, slug, accountId);
      return person && { accountId, claims: async () => claimsOf(slug, person) };
    },
    acrValues: look.levels.map((level) => level.acr).filter(Boolean),
    claims: CLAIMS[slug],
    conformIdTokenClaims: true,
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    responseTypes: ["code"],
    scopes: ["openid"],
    pkce: { required: () => true },
    interactions: { url: (_ctx, { uid }) => `/${slug}/velg/${uid}`, policy: policy(slug) },
    loadExistingGrant: grantAll,
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: logout(slug, client) },
    },
    cookies: {
      keys: [randomBytes(24).toString("hex")],
      names: { session: `_${slug}`, interaction: `_${slug}_velg`, resume: `_${slug}_videre` },
    },
    ttl: { AccessToken: 120, AuthorizationCode: 60, Grant: 7200, IdToken: 120, Interaction: 1800, Session: 1800 },
    renderError: (ctx, { error, error_description: description }) => {
      ctx.type = "html";
      ctx.body = errorPage(look, { error, description });
    },
  });
  if (slug === "idporten") provider.Client.prototype.includeSid = () => true;
  return provider;
}
