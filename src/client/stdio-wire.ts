/**
 * What the stdio bridge and the owner of a profile say to each other over the profile's `stdio` socket. The bridge sends one line of
 * JSON, `Hello`, then the client's messages, one a line. The owner sends lines of a head, a tab and a message: the head is the id of the
 * request that the message answers, as JSON, or empty; so the bridge passes long messages on without reading them.
 */
export interface Hello {
  readonly countersign: "stdio";
  readonly v: 1;
  /** Null: all connections in one server. */
  readonly connection: string | null;
  /** As the client names itself in its own configuration. A claim. */
  readonly client: string;
}

/** The longest line either takes, in bytes. */
export const mostLineBytes = 64 * 1024 * 1024;

/** A line of the owner's, whole. */
export function ownerLine(id: string | number | null, message: string): string {
  return `${id === null ? "" : JSON.stringify(id)}\t${message}\n`;
}
