import { EventEmitter } from "node:events";
import type {
  CallbackResponse,
  CustomScheme,
  OnBeforeRequestListenerDetails,
  Protocol,
  Session,
  WebRequestFilter,
} from "electron";

type Handler = (request: Request) => Response | Promise<Response>;

/** `protocol`: privileged schemes are declared before readiness; pages are routed to the handlers by `pages.ts`. */
export class StandInProtocol implements Pick<Protocol, "handle" | "registerSchemesAsPrivileged"> {
  readonly #isReady: () => boolean;
  readonly #handlers = new Map<string, Handler>();
  readonly schemes = new Map<string, CustomScheme>();

  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }
  registerSchemesAsPrivileged(schemes: CustomScheme[]): void {
    if (this.#isReady()) throw new Error("protocol.registerSchemesAsPrivileged must be called before app is ready");
    for (const scheme of schemes) this.schemes.set(scheme.scheme, scheme);
  }
  handle(scheme: string, handler: Parameters<Protocol["handle"]>[1]): void {
    if (this.#handlers.has(scheme)) throw new Error(`${scheme}: has a handler already`);
    this.#handlers.set(scheme, handler);
  }
  handlerFor(scheme: string): Handler | undefined {
    return this.schemes.get(scheme)?.privileges?.standard === true ? this.#handlers.get(scheme) : undefined;
  }
}

type RequestJudge = (details: OnBeforeRequestListenerDetails, answer: (response: CallbackResponse) => void) => void;

type PermissionSurface =
  | "clearAuthCache"
  | "clearData"
  | "setSpellCheckerEnabled"
  | "setPermissionRequestHandler"
  | "setPermissionCheckHandler"
  | "setDevicePermissionHandler";

/** `session.defaultSession`: its protocol, and the permission handlers as main set them. */
export class StandInSession extends EventEmitter implements Pick<Session, PermissionSurface> {
  readonly protocol: StandInProtocol;
  readonly handlers: {
    request?: Parameters<Session["setPermissionRequestHandler"]>[0];
    check?: Parameters<Session["setPermissionCheckHandler"]>[0];
    device?: Parameters<Session["setDevicePermissionHandler"]>[0];
  } = {};
  /** Which addresses main looks at before they are asked for, and what it answers. */
  readonly requests: { urls: readonly string[]; judge: RequestJudge | null } = { urls: [], judge: null };
  readonly webRequest = {
    onBeforeRequest: (filter: WebRequestFilter, judge: RequestJudge): void => {
      this.requests.urls = filter.urls;
      this.requests.judge = judge;
    },
  };

  /** How often everything was cleared. */
  cleared = 0;
  spellChecks = true;

  async clearData(): Promise<void> {
    this.cleared += 1;
  }
  async clearAuthCache(): Promise<void> {}
  setSpellCheckerEnabled(enable: boolean): void {
    this.spellChecks = enable;
  }

  constructor(protocol: StandInProtocol) {
    super();
    this.protocol = protocol;
  }
  setPermissionRequestHandler(handler: Parameters<Session["setPermissionRequestHandler"]>[0]): void {
    this.handlers.request = handler;
  }
  setPermissionCheckHandler(handler: Parameters<Session["setPermissionCheckHandler"]>[0]): void {
    this.handlers.check = handler;
  }
  setDevicePermissionHandler(handler: Parameters<Session["setDevicePermissionHandler"]>[0]): void {
    this.handlers.device = handler;
  }
}
