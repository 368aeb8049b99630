// Everything the stand-in knows lives in memory and is gone when it stops.

const rows = new Map();
const byUid = new Map();
const byGrant = new Map();

export class Store {
  constructor(model) {
    this.model = model;
  }

  key(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload, expiresIn) {
    rows.set(this.key(id), { payload, until: expiresIn ? Date.now() + expiresIn * 1000 : Infinity });
    if (payload.uid) byUid.set(payload.uid, id);
    if (payload.grantId) byGrant.set(payload.grantId, [...(byGrant.get(payload.grantId) ?? []), this.key(id)]);
  }

  async find(id) {
    const row = rows.get(this.key(id));
    return row && row.until > Date.now() ? row.payload : undefined;
  }

  async findByUid(uid) {
    return this.find(byUid.get(uid));
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    const row = rows.get(this.key(id));
    if (row) row.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    rows.delete(this.key(id));
  }

  async revokeByGrantId(grantId) {
    for (const key of byGrant.get(grantId) ?? []) rows.delete(key);
    byGrant.delete(grantId);
  }
}
