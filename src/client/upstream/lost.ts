import { CountersignError } from "../../shared/errors.ts";

/** The gateway was lost after it may have had the request. */
export class OutcomeUnknown extends CountersignError {
  constructor({ code, message }: CountersignError) {
    super(
      code,
      `${message} The call had been sent, and whether it took effect is unknown unless it was still held: look before you call again.`,
    );
  }
}

export class PersonLeft extends CountersignError {
  constructor() {
    super("signed_out", "Whoever was signed in to Countersign has signed out: sign in, then call again.");
  }
}

/** One try that failed. */
export class Lost extends Error {
  readonly weather: CountersignError;
  /** Whether it may have had an effect. */
  readonly isUnknown: boolean;

  constructor(weather: CountersignError, isUnknown: boolean) {
    super(weather.message, { cause: weather });
    this.weather = weather;
    this.isUnknown = isUnknown;
  }
}
