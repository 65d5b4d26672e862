export type Environment = Readonly<Record<string, string | undefined>>;
export type Signal = "traces" | "logs";

/** A variable's value; empty counts as unset (OpenTelemetry, "Environment Variable Specification"). */
export function said(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}
