// The demo persons, read anew at each use, so that a new data set needs no restart.

import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";

export function persons(file, provider) {
  return JSON.parse(readFileSync(file, "utf8")).filter((p) => [provider, "both"].includes(p.provider));
}

export function matching(list, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return list.filter((p) => {
    const text = [p.name, p.role, p.school, p.login_id, p.note].join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

// An account id is the login id, with "~utennummer" when the login shall carry no national id.
export const WITHOUT_NUMBER = "~utennummer";

export function loginIdOf(accountId) {
  return accountId.replace(WITHOUT_NUMBER, "");
}

export function personOf(file, provider, accountId) {
  const loginId = loginIdOf(accountId);
  const person = persons(file, provider).find((p) => p.login_id === loginId);
  return person && { ...person, national_id: accountId.endsWith(WITHOUT_NUMBER) ? undefined : person.national_id };
}

export function stableUuid(...parts) {
  const hex = createHash("sha256").update(parts.join("|")).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}
