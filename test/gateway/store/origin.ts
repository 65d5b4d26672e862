/** The ledger's name in these tests. */
export const origin = "gateway.example:8443";
