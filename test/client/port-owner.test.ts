import { expect, it } from "vitest";
import { ownerByLsof, ownerByTasklist, pidByNetstat } from "../../src/client/port-owner.ts";

it("names a port's owner by what lsof says", () => {
  expect(ownerByLsof("p412\ncPython Helper\nf7\n")).toEqual({ name: "Python Helper", pid: 412 });
  expect(ownerByLsof("")).toBeNull();
});

it("finds a port's owner in what netstat says, in any language, among those that are connected to it", () => {
  const said = [
    "Aktive Verbindungen",
    "  Proto  Lokale Adresse         Remoteadresse          Status           PID",
    "  TCP    127.0.0.1:4555         127.0.0.1:50000        HERGESTELLT      9",
    "  TCP    127.0.0.1:45550        0.0.0.0:0              ABHÖREN          8",
    "  TCP    127.0.0.1:4555         0.0.0.0:0              ABHÖREN          7",
  ].join("\r\n");
  expect(pidByNetstat(said, 4555)).toBe(7);
  expect(pidByNetstat(said, 4556)).toBeNull();
});

it("names it by what tasklist says", () => {
  expect(ownerByTasklist('"node.exe","7","Console","1","40,000 K"\r\n', 7)).toEqual({ name: "node.exe", pid: 7 });
  expect(ownerByTasklist("INFO: No tasks are running which match the specified criteria.", 7)).toBeNull();
});
