import { describe, expect, it } from "vitest";
import { service, serviceFindings, unownedWorkloads } from "../../../src/gateway/config-services.ts";

const issuers = [{ name: "staff" }, { name: "cluster", workloads: ["ci:deployer", "ci:builder"] }];
const identities = [["staff:erin", "staff:erin-app"]];

describe("services", () => {
  it.each([
    ["of an unknown issuer", { id: "nowhere:app", owner: "staff:erin" }, "id"],
    ["without a key", { id: "staff:", owner: "staff:erin" }, "id"],
    ["whose owner is of an unknown issuer", { id: "staff:app", owner: "erin@example.com" }, "owner"],
    ["that own themselves", { id: "staff:app", owner: "staff:app" }, "owner"],
    ["that are their owner by another id", { id: "staff:erin-app", owner: "staff:erin" }, "owner"],
  ])("%s are refused", (_what, entry, member) => {
    expect(serviceFindings({ services: [entry], identities, issuers })).toMatchObject([
      { path: ["services", 0, member] },
    ]);
  });

  it("stand in the file once, each with one owner", () => {
    const twice = [
      { id: "staff:app", owner: "staff:erin" },
      { id: "staff:app", ownerGroup: "platform" },
    ];
    expect(serviceFindings({ services: twice, identities, issuers })).toMatchObject([{ path: ["services", 1, "id"] }]);
    expect(service.safeParse({ id: "staff:app" }).success).toBe(false);
    expect(service.safeParse({ ...twice[0], ownerGroup: "platform" }).success).toBe(false);
    expect(service.safeParse(twice[1]).success).toBe(true);
  });

  it("that are let in by name and have no owner are known", () => {
    const services = [{ id: "cluster:ci:deployer", ownerGroup: "platform" }];
    expect(unownedWorkloads({ services, identities, issuers })).toEqual(["cluster:ci:builder"]);
  });
});
