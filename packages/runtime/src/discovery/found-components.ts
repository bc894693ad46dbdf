import type { DiscoveredComponent, ListedComponent, ReadingDepth } from "./driver-package.ts";

/** A component that a package lists. Its spec is read by the first who asks: YAML is what takes longest in a short command. */
export class FoundComponent {
  /** Undefined when the component has no name that could be read, and so cannot be used. */
  readonly name: string | undefined;
  readonly #listed: ListedComponent;
  readonly #depth: ReadingDepth;
  #read: DiscoveredComponent | readonly string[] | undefined;

  constructor(listed: ListedComponent, depth: ReadingDepth) {
    this.#listed = listed;
    this.#depth = depth;
    this.name = listed.name ?? this.get()?.spec.name;
  }

  /** The component; undefined when it cannot be used. */
  get(): DiscoveredComponent | undefined {
    const read = this.#result();
    return "spec" in read ? read : undefined;
  }

  /** Why it cannot be used, in words for users. */
  problems(): readonly string[] {
    const read = this.#result();
    return "spec" in read ? [] : read;
  }

  #result(): DiscoveredComponent | readonly string[] {
    this.#read ??= this.#listed.read(this.#depth);
    return this.#read;
  }
}

/** The components that can be used, by name: to look one up reads its spec, anything else reads all. */
export class FoundComponents implements ReadonlyMap<string, DiscoveredComponent> {
  readonly #found: ReadonlyMap<string, readonly FoundComponent[]>;
  #all: ReadonlyMap<string, DiscoveredComponent> | undefined;

  /** @param found by name, in the wanted order: of several the first that can be used counts */
  constructor(found: ReadonlyMap<string, readonly FoundComponent[]>) {
    this.#found = found;
  }

  get(name: string): DiscoveredComponent | undefined {
    for (const component of this.#found.get(name) ?? []) {
      const read = component.get();
      if (read !== undefined) return read;
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get size(): number {
    return this.#every().size;
  }

  forEach(
    call: (
      component: DiscoveredComponent,
      name: string,
      all: ReadonlyMap<string, DiscoveredComponent>,
    ) => void,
  ): void {
    for (const [name, component] of this) call(component, name, this);
  }

  entries(): MapIterator<[string, DiscoveredComponent]> {
    return this.#every().entries();
  }

  keys(): MapIterator<string> {
    return this.#every().keys();
  }

  values(): MapIterator<DiscoveredComponent> {
    return this.#every().values();
  }

  [Symbol.iterator](): MapIterator<[string, DiscoveredComponent]> {
    return this.entries();
  }

  #every(): ReadonlyMap<string, DiscoveredComponent> {
    const read = (name: string): [string, DiscoveredComponent][] => {
      const component = this.get(name);
      return component === undefined ? [] : [[name, component]];
    };
    this.#all ??= new Map([...this.#found.keys()].flatMap(read));
    return this.#all;
  }
}
