/** What changes a client of 2026-07-28 asks for by which member, the notification that tells of it, and the capability that promises it (`listChanged`). */
export const changes = [
  { member: "toolsListChanged", capability: "tools", method: "notifications/tools/list_changed" },
  { member: "promptsListChanged", capability: "prompts", method: "notifications/prompts/list_changed" },
  { member: "resourcesListChanged", capability: "resources", method: "notifications/resources/list_changed" },
] as const;
