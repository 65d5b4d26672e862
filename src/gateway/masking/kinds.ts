/** Every detector there is. */
export const detectorNames = ["card", "ssn", "email", "phone", "iban", "ip", "jwt", "private-key", "token"] as const;
export type DetectorName = (typeof detectorNames)[number];

/** The detectors that look where a configuration names none: all but `ip`, of which ordinary logs are full. */
export const usualDetectors: readonly DetectorName[] = detectorNames.filter((name) => name !== "ip");

/**
 * How a value is hidden. `redact`: wholly. `partial`: a short rest stays (a card's last four digits). `pseudonym`: a keyed mark, the same
 * for the same value. `drop`: the member is left out; within arrays and texts as `redact`.
 */
export const maskModes = ["redact", "partial", "pseudonym", "drop"] as const;
export type MaskMode = (typeof maskModes)[number];

/** What becomes of base64 content: passed on, emptied, or replaced by its SHA-256. */
export const binaryModes = ["allow", "drop", "hash"] as const;
export type BinaryMode = (typeof binaryModes)[number];
