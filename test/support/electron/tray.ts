import { EventEmitter } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { AddRepresentationOptions, MenuItemConstructorOptions, NativeImage, Tray } from "electron";

type ImageSurface = "addRepresentation" | "getScaleFactors" | "isEmpty" | "isTemplateImage" | "setTemplateImage";

/** An image as a set of PNG files by scale factor; anything that is not a PNG is refused, as it would draw nothing. */
export class StandInImage implements Pick<NativeImage, ImageSurface> {
  readonly representations = new Map<number, Buffer>();
  #template = false;

  static readonly factory = {
    createEmpty: () => new StandInImage(),
    createFromPath: (path: string) => {
      const image = new StandInImage();
      if (existsSync(path)) image.addRepresentation({ scaleFactor: 1, buffer: readFileSync(path) });
      return image;
    },
  };
  addRepresentation({ scaleFactor = 1, buffer }: AddRepresentationOptions): void {
    if (buffer?.subarray(1, 4).toString("latin1") !== "PNG") throw new Error("Not a PNG");
    this.representations.set(scaleFactor, buffer);
  }
  getScaleFactors(): number[] {
    return [...this.representations.keys()];
  }
  isEmpty(): boolean {
    return this.representations.size === 0;
  }
  isTemplateImage(): boolean {
    return this.#template;
  }
  setTemplateImage(option: boolean): void {
    this.#template = option;
  }
}

/** A menu as its template, whose items a test can read and click. */
export class StandInMenu {
  readonly template: readonly MenuItemConstructorOptions[];

  constructor(template: readonly MenuItemConstructorOptions[]) {
    this.template = template;
  }
  /** The window's menu, as main set it. */
  static application: StandInMenu | null = null;
  static setApplicationMenu(menu: StandInMenu | null): void {
    StandInMenu.application = menu;
  }
  static buildFromTemplate(template: MenuItemConstructorOptions[]): StandInMenu {
    return new StandInMenu(template);
  }
  /** The labels from top to bottom, submenus included; a separator is `-`. */
  get labels(): readonly string[] {
    return this.#items().map((item) => (item.type === "separator" ? "-" : (item.label ?? "")));
  }
  /** Clicks the first enabled item whose label begins so. */
  click(label: string): void {
    const item = this.#items().find((each) => each.label?.startsWith(label) === true && each.enabled !== false);
    if (item?.click === undefined) throw new Error(`Nothing to click called ${label} in: ${this.labels.join(" | ")}`);
    (item.click as () => void)();
  }
  #items(): MenuItemConstructorOptions[] {
    return this.template.flatMap((item) => [item, ...((item.submenu ?? []) as MenuItemConstructorOptions[])]);
  }
}

type TraySurface = "destroy" | "isDestroyed" | "setToolTip";

/** A tray icon that is drawn nowhere: what main last set on it. */
export class StandInTray extends EventEmitter implements Pick<Tray, TraySurface> {
  static readonly all: StandInTray[] = [];
  image: StandInImage;
  toolTip = "";
  menu = new StandInMenu([]);
  #destroyed = false;

  constructor(image: StandInImage) {
    super();
    this.image = image;
    StandInTray.all.push(this);
  }
  setImage(image: StandInImage): void {
    this.image = image;
  }
  setToolTip(toolTip: string): void {
    this.toolTip = toolTip;
  }
  setContextMenu(menu: StandInMenu): void {
    this.menu = menu;
  }
  destroy(): void {
    this.#destroyed = true;
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
}
