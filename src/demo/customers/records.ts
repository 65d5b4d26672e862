import { readFile } from "node:fs/promises";
import { z } from "zod";

/** A made-up customer. Plain strings throughout, so that a masked record still fits the tools' output schemas. */
export const customer = z.object({
  id: z.string().describe("The customer's id, cus_ and five digits"),
  name: z.string(),
  email: z.string(),
  phone: z.string(),
  ssn: z.string().describe("Social security number"),
  credit_card: z.string().describe("Card on file"),
  notes: z.string().describe("What the desk wrote down, in prose"),
});
export type Customer = z.infer<typeof customer>;

/** What `update_customer` may change: every field but the id. */
export const changes = customer.omit({ id: true }).partial().strict();
export type Changes = z.infer<typeof changes>;

/** The records, in memory: every start begins with customers.json again, and nothing is written anywhere. */
export class Customers {
  readonly #byId: Map<string, Customer>;

  constructor(records: readonly Customer[]) {
    this.#byId = new Map(records.map((record) => [record.id, record]));
  }

  all(): readonly Customer[] {
    return [...this.#byId.values()];
  }

  get(id: string): Customer | undefined {
    return this.#byId.get(id);
  }

  update(id: string, changes: Changes): Customer | undefined {
    const record = this.#byId.get(id);
    if (record === undefined) return undefined;
    const changed = customer.parse({ ...record, ...changes });
    this.#byId.set(id, changed);
    return changed;
  }

  delete(id: string): boolean {
    return this.#byId.delete(id);
  }
}

/** The dozen records of src/demo/customers.json. */
export async function readCustomers(): Promise<Customers> {
  const text = await readFile(new URL("../customers.json", import.meta.url), "utf8");
  return new Customers(z.array(customer).parse(JSON.parse(text)));
}
