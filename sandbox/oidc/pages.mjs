// The pages of the stand-in. They work without JavaScript and say clearly that this is not the real thing.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const escape = (text) => String(text ?? "").replace(/[&<>"']/g, (c) => ESCAPES[c]);

const STYLE = `
  :root { color-scheme: light dark; --line: light-dark(#d5dae1, #3a424d); --card: light-dark(#fff, #1b2129); --soft: light-dark(#55606e, #a8b3c0); }
  * { box-sizing: border-box; }
  body { margin: 0; font: 1rem/1.5 Inter, system-ui, sans-serif; background: light-dark(#f2f4f7, #11161c); }
  header { background: var(--brand); color: #fff; padding: .9rem 1.25rem; }
  header b { font-size: 1.15rem; margin-inline-end: .75rem; }
  main { max-width: 58rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
  h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
  p { margin: 0 0 1rem; color: var(--soft); max-width: 44rem; }
  fieldset, form.find { border: 1px solid var(--line); border-radius: .6rem; background: var(--card); padding: .9rem 1rem; margin: 0 0 1rem; }
  form.find { display: flex; gap: .6rem; flex-wrap: wrap; align-items: end; }
  form.find label { flex: 1 1 14rem; }
  legend { font-weight: 600; padding: 0 .3rem; }
  fieldset label { display: flex; gap: .6rem; align-items: center; min-height: 2rem; }
  input[type=search] { display: block; width: 100%; font: inherit; padding: .55rem .7rem; border: 1px solid #6b7683; border-radius: .4rem; background: transparent; color: inherit; }
  button { font: inherit; cursor: pointer; border-radius: .5rem; border: 1px solid var(--line); background: var(--card); color: inherit; padding: .55rem .9rem; }
  button:hover { border-color: currentcolor; }
  :focus-visible { outline: 3px solid #2f7dd1; outline-offset: 2px; }
  ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
  li button { width: 100%; height: 100%; text-align: start; padding: .75rem 1rem; }
  li b, li small { display: block; }
  small { color: var(--soft); font-size: .875rem; }
  iframe { display: none; }
`;

function page(title, body, { name, brand, head = "" }) {
  return `<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>${escape(title)}</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1">${head}<style>:root { --brand: ${brand}; }${STYLE}</style></head>
<body><header><b>${escape(name)}</b> Stedfortreder for utvikling og prøving</header><main>${body}</main></body></html>`;
}

function personButton(person) {
  const lines = [[person.role, person.school].filter(Boolean).join(", "), person.note].filter(Boolean);
  return `<li><button name="login_id" value="${escape(person.login_id)}"><b>${escape(person.name)}</b>${lines
    .map((line) => `<small>${escape(line)}</small>`)
    .join("")}</button></li>`;
}

export function loginPage(look, { action, people, total, filter, shown, fixedLevel }) {
  const levels = look.levels
    .map(
      (level, i) =>
        `<label><input type="radio" name="level" value="${level.key}"${i === 0 ? " checked" : ""}> ${escape(level.label)}</label>`,
    )
    .join("");
  const more = people.length > shown ? `<p>Viser ${shown} av ${people.length}. Søk for å finne flere.</p>` : "";
  return page(
    `Logg inn med ${look.name}`,
    `<h1>Hvem vil du være?</h1>
<p>Dette er ikke ${escape(look.name)}. Personene er oppdiktet, og du logger inn ved å velge en av dem.${
      fixedLevel ? ` Tjenesten ber om <b>${escape(fixedLevel)}</b>.` : ""
    }</p>
<form class="find" method="get" action="${escape(action)}"><label>Søk etter navn, rolle eller skole
<input type="search" name="filter" value="${escape(filter)}"></label><button>Søk</button></form>
<form method="post" action="${escape(action)}">
<fieldset><legend>Innloggingen</legend>${levels}
<label><input type="checkbox" name="without_number" value="1"> Uten fødselsnummer i svaret</label></fieldset>
${more}${people.length ? "" : `<p>Ingen av de ${total} personene passer med søket.</p>`}
<ul>${people.slice(0, shown).map(personButton).join("")}</ul>
<p></p><button name="cancel" value="1">Avbryt innloggingen</button></form>`,
    look,
  );
}

export function logoutPage(look, { frames, next }) {
  const head = next ? `<meta http-equiv="refresh" content="1;url=${escape(next)}">` : "";
  return page(
    "Du er logget ut",
    `<h1>Du er logget ut av ${escape(look.name)}</h1>
${next ? `<p><a href="${escape(next)}" id="videre">Gå videre</a></p>` : "<p>Du kan lukke vinduet.</p>"}
${frames.map((src) => `<iframe src="${escape(src)}" title="Utlogging"></iframe>`).join("")}`,
    { ...look, head },
  );
}

export function errorPage(look, { error, description }) {
  return page("Noe gikk galt", `<h1>Noe gikk galt</h1><p>${escape(error)}: ${escape(description)}</p>`, look);
}
