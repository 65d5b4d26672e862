import { McpServer, type CallToolResult } from "@modelcontextprotocol/server";
import { z } from "zod";
import { changes, customer, type Customers } from "./records.ts";

const id = z.string().describe("The customer's id, such as cus_20418");
const summary = customer.pick({ id: true, name: true, email: true, phone: true });

/** A server with the four customer tools over these records; one is made for each session or modern request. */
export function customerServer(customers: Customers): McpServer {
  const server = new McpServer(
    { name: "customers", title: "Customer records (made up)", version: "1.0.0" },
    { instructions: "Customer records of a made-up company. Look a customer up by id before changing anything." },
  );
  addReads(server, customers);
  addWrites(server, customers);
  return server;
}

function addReads(server: McpServer, customers: Customers): void {
  server.registerTool(
    "list_customers",
    {
      title: "List customers",
      description: "Lists every customer with id, name, e-mail address and phone number.",
      inputSchema: z.strictObject({}),
      outputSchema: z.object({ customers: z.array(summary) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    () => answer({ customers: customers.all().map((record) => summary.parse(record)) }),
  );
  server.registerTool(
    "get_customer",
    {
      title: "Get one customer",
      description: "Reads one customer's whole record: contact data, identity and payment data, and the desk's notes.",
      inputSchema: z.strictObject({ id }),
      outputSchema: customer,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ id }) => answer(customers.get(id), id),
  );
}

function addWrites(server: McpServer, customers: Customers): void {
  server.registerTool(
    "update_customer",
    {
      title: "Change a customer",
      description: "Changes the named fields of one customer's record and answers with the whole record as it is then.",
      inputSchema: z.strictObject({ id, changes: changes.describe("The fields to change, with their new values") }),
      outputSchema: customer,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    ({ id, changes }) => answer(customers.update(id, changes), id),
  );
  server.registerTool(
    "delete_customer",
    {
      title: "Delete a customer",
      description: "Deletes one customer's record for good.",
      inputSchema: z.strictObject({ id }),
      outputSchema: z.object({ id: z.string(), deleted: z.boolean() }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
    },
    ({ id }) => answer(customers.delete(id) ? { id, deleted: true } : undefined, id),
  );
}

/** The same value as text, for clients that read only that, and as structured content; an error where there is none. */
function answer(value: Record<string, unknown> | undefined, id?: string): CallToolResult {
  if (value === undefined) {
    const text = `No customer has the id ${JSON.stringify(id)}. list_customers shows them all.`;
    return { isError: true, content: [{ type: "text", text }] };
  }
  return { content: [{ type: "text", text: JSON.stringify(value, null, 2) }], structuredContent: value };
}
