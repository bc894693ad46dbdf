import { installCommand, type Components } from "./component.ts";
import { nearest } from "./nearest.ts";

/** Why a component cannot be used here, and what to do about it. */
export interface MissingComponent {
  /** True when it is installed, and osiris.yaml does not allow it. */
  readonly denied: boolean;
  readonly message: string;
  readonly hint: string;
}

/** For the name of a component that is not among `installed`. */
export function missingComponent(
  name: string,
  { installed, denied }: Pick<Components, "installed" | "denied">,
): MissingComponent {
  if (denied.has(name)) {
    const message = `osiris.yaml does not allow the component "${name}"`;
    return { denied: true, message, hint: "Change components: in osiris.yaml, or use another component." };
  }
  const install = installCommand(name);
  const near = nearest(name, installed.keys());
  const hint = install
    ? `Install it: ${install}`
    : near
      ? `Did you mean "${near}"?`
      : `See "osiris components list", and install the package that brings it.`;
  return { denied: false, message: `No component "${name}" is installed`, hint };
}
