import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { SafeStorage } from "electron";

type Surface = "isAsyncEncryptionAvailable" | "encryptStringAsync" | "decryptStringAsync" | "getSelectedStorageBackend";

/** A key store that a test opens and closes; it is not there before. */
export class StandInSafeStorage implements Pick<SafeStorage, Surface> {
  available: boolean | Promise<boolean> = false;
  backend: ReturnType<SafeStorage["getSelectedStorageBackend"]> = "gnome_libsecret";
  #key = randomBytes(32);

  async isAsyncEncryptionAvailable(): Promise<boolean> {
    return await this.available;
  }
  getSelectedStorageBackend(): ReturnType<SafeStorage["getSelectedStorageBackend"]> {
    return this.backend;
  }
  async encryptStringAsync(text: string): Promise<Buffer> {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  }
  async decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    const cipher = createDecipheriv("aes-256-gcm", this.#key, sealed.subarray(0, 12), { authTagLength: 16 });
    cipher.setAuthTag(sealed.subarray(-16));
    const text = Buffer.concat([cipher.update(sealed.subarray(12, -16)), cipher.final()]);
    return { result: text.toString("utf8"), shouldReEncrypt: false };
  }
  /** As after a person's keychain was made anew. */
  forgetKey(): void {
    this.#key = randomBytes(32);
  }
}
