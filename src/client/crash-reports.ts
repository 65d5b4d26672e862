/**
 * Keeps the environment, where secrets are given, out of what Node writes about a process that fails or is asked how it does
 * (`--report-on-fatalerror`, `--report-on-signal`). To be called before anything else.
 */
export function keepSecretsOutOfReports(): void {
  // Runtimes before Node 22.13 write it whatever is set here; there the flag --report-exclude-env is missing as well.
  process.report.excludeEnv = true;
}
