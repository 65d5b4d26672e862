/** Whether this process's environment names a proxy. */
export function proxied(): boolean {
  return variables.some((name) => (process.env[name] ?? "") !== "");
}

const variables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];
